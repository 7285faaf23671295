// `npm run bench:store -w @lepta/server`: how many predictions, each with its usage event, a store commits a second.
import { randomUUID } from "node:crypto";
import { deploy } from "../src/experiments/deployment.ts";
import { predictionWriter } from "../src/predicting/prediction-writer.ts";
import { seed } from "./seed.ts";
import { openPgliteTestStore, openPostgresqlTestStore, type TestStore } from "./stores.ts";

const seconds = 3;
/** As wide as the German credit applicants' rows. */
const row = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`feature ${i}`, i % 2 === 0 ? i * 1.5 : `A${i}`]));

async function measure(database: string, { store, remove }: TestStore) {
  const { organisationId, product, versions } = await seed(store);
  const { variants } = await deploy(store.tenant(organisationId), {
    product,
    variants: [{ version: 1, weight: 1, role: "champion" }],
  });
  const writer = predictionWriter(store);
  for (const inFlight of [1, 64, 256]) {
    const until = performance.now() + seconds * 1000;
    let written = 0;
    const started = performance.now();
    const cpuBefore = process.cpuUsage();
    await Promise.all(
      Array.from({ length: inFlight }, async () => {
        while (performance.now() < until) {
          await writer.write(organisationId, {
            id: randomUUID(),
            product,
            versionId: versions[0] ?? "",
            variantId: variants[0]!.id,
            row,
            outcome: { kind: "class", label: "good", probability: 0.3, probabilities: { good: 0.7, bad: 0.3 } },
            // Every second has a subject, each of ten predictions.
            subjectHash: written % 2 === 0 ? String(Math.floor(written / 20)).padStart(64, "5") : null,
            traceparent: null,
            own: false,
            at: new Date(),
          });
          written++;
        }
      }),
    );
    const perSecond = Math.round((written / (performance.now() - started)) * 1000);
    // Of this process, PGlite's thread included: what the rate would be on a machine that does nothing else.
    const cpu = process.cpuUsage(cpuBefore);
    const cpuMicros = Math.round((cpu.user + cpu.system) / written);
    results.push({ database, inFlight, perSecond, cpuMicros });
    if (!json) {
      console.log(
        `${database}: ${inFlight} in flight, ${perSecond} predictions/s, ${cpuMicros} µs of CPU a prediction`,
      );
    }
  }
  await remove();
}

const json = process.argv.includes("--json");
const results: { database: string; inFlight: number; perSecond: number; cpuMicros: number }[] = [];
await measure("PGlite", await openPgliteTestStore());
const url = process.env.LEPTA_TEST_DATABASE_URL;
if (url !== undefined) await measure("PostgreSQL", await openPostgresqlTestStore(url));
if (json) console.log(JSON.stringify(results));
