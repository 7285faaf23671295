// `npm run bench:stored [-- ROWS]`: what reading costs beside a million stored predictions (ROWS), and how long a
// prediction waits meanwhile. On the embedded database and, where LEPTA_TEST_DATABASE_URL is set, on PostgreSQL.
import { setTimeout as sleep } from "node:timers/promises";
import type { Tenant } from "../src/db/tenant.ts";
import { experimentTable } from "../src/experiments/experiment-table.ts";
import { createInvoice } from "../src/metering/invoices.ts";
import { usageSummary } from "../src/metering/usage-summary.ts";
import { type PredictionWriter, predictionWriter } from "../src/predicting/prediction-writer.ts";
import { listPredictions } from "../src/serving/prediction-records.ts";
import { type Filled, fillStore } from "./fill-store.ts";
import { openPgliteTestStore, openPostgresqlTestStore, type TestStore } from "./stores.ts";

const count = Number(process.argv.find((argument) => /^[0-9]+$/.test(argument)) ?? 1_000_000);
const from = new Date("2026-03-01T00:00:00.000Z");
const to = new Date("2026-04-01T00:00:00.000Z");
const middle = "2026-03-16T00:00:00.000Z_ffffffff-ffff-4fff-bfff-ffffffffffff";

interface Row {
  what: string;
  ms: number;
  waited: number[];
}

/** Predictions one after another, each its own insert, while the work goes on. @returns how long each took, in ms */
async function predictUntil(done: Promise<unknown>, writer: PredictionWriter, filled: Filled): Promise<number[]> {
  const waited: number[] = [];
  let ended = false;
  const end = done.finally(() => {
    ended = true;
  });
  do {
    const started = performance.now();
    await writer.write(filled.organisationId, {
      id: crypto.randomUUID(),
      product: filled.product,
      versionId: filled.versions[0]!,
      variantId: null,
      row: { age: 30, housing: "A151" },
      outcome: { kind: "class", label: "good", probability: 0.3, probabilities: { good: 0.7, bad: 0.3 } },
      subjectHash: null,
      traceparent: null,
      own: true,
      at: new Date(),
    });
    waited.push(performance.now() - started);
    await sleep(2);
  } while (!ended);
  await end;
  return waited;
}

async function measure(database: string, { store, remove }: TestStore): Promise<void> {
  const filling = performance.now();
  const filled = await fillStore(store, { count, from, to });
  console.log(`\n${database}: ${count} predictions filled in ${Math.round((performance.now() - filling) / 1000)} s`);
  const tenant: Tenant = store.tenant(filled.organisationId);
  const writer = predictionWriter(store);
  const rows: Row[] = [];
  const time = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const done = work();
    let ms = 0;
    const timed = done.then(() => {
      ms = performance.now() - started;
    });
    const waited = await predictUntil(timed, writer, filled);
    rows.push({ what, ms, waited });
    return done;
  };
  await time("nothing else, 1 s", () => sleep(1000));
  await time("page of 50, newest", () => listPredictions(tenant, {}));
  await time("page of 50, in the middle", () => listPredictions(tenant, { cursor: middle }));
  await time("page of 50, of a version", () => listPredictions(tenant, { product: "credit", version: 2 }));
  await time("the month's usage", () => usageSummary(tenant, { from, to }));
  await time("invoice, draft", () => createInvoice(tenant, { period: "2026-03" }, new Date(to.getTime() - 1)));
  await time("invoice, draft again", () => createInvoice(tenant, { period: "2026-03" }, new Date(to.getTime() - 1)));
  const issued = await time("invoice, issued", () => createInvoice(tenant, { period: "2026-03" }, to));
  await time("page of 50, of an invoice line", () => listPredictions(tenant, { invoiceLine: issued.lines[0]!.id }));
  await time("the experiment's table", () => experimentTable(tenant, "credit"));
  await store.owner.sql.execute("analyze");
  await time("page of 50, newest, after analyze", () => listPredictions(tenant, {}));
  await time("page of a line, after analyze", () => listPredictions(tenant, { invoiceLine: issued.lines[0]!.id }));
  const billed = issued.lines.reduce((sum, line) => sum + line.count, 0);
  if (billed !== count) throw new Error(`the invoice has ${billed} of ${count} predictions`);
  const ms = (value: number) => (value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en"));
  console.log(
    `| ${database}, ${count.toLocaleString("en")} stored | ms | longest wait of a prediction meanwhile, ms |`,
  );
  console.log("| --- | ---: | ---: |");
  for (const row of rows) console.log(`| ${row.what} | ${ms(row.ms)} | ${ms(Math.max(...row.waited))} |`);
  await remove();
}

const url = process.env.LEPTA_TEST_DATABASE_URL;
if (url !== undefined) await measure("PostgreSQL", await openPostgresqlTestStore(url));
await measure("PGlite", await openPgliteTestStore());
