// A process that writes to a store without end, to be killed: run by crash.test.ts. Prints what was acknowledged.
import { randomUUID } from "node:crypto";
import { madeModel, writeMadeBundle } from "../../ml/testing/made-bundle.ts";
import { createOrganisation, findOrganisation } from "../src/accounts/organisations.ts";
import { openStore } from "../src/db/store.ts";
import { predictionWriter } from "../src/predicting/prediction-writer.ts";
import { registerProduct } from "../src/registry/products.ts";
import { createRun } from "../src/registry/runs.ts";
import { recordStage } from "../src/registry/stages.ts";
import { registerVersion } from "../src/registry/versions.ts";

const [dir = "", bundle = ""] = process.argv.slice(2);
const say = (kind: string, id: string) => process.stdout.write(`${kind} ${id}\n`);

const store = await openStore({ dir });
const organisation = (await findOrganisation(store, "acme")) ?? (await createOrganisation(store, { name: "acme" }));
const tenant = store.tenant(organisation.id);
say("open", organisation.id);
await registerProduct(tenant, {
  name: "credit",
  task: "binary",
  target: "risk",
  outcome: { kind: "class", classes: ["good", "bad"], positive: "bad" },
  inputs: [{ name: "age", type: "number" }],
});
const run = await createRun(tenant, { product: "credit" });
say("run", run);
await recordStage(tenant, run, { name: "data", position: 0, status: "done", inputHash: "h" });
await recordStage(tenant, run, { name: "train", position: 1, status: "running" });
const writer = predictionWriter(store);
for (let i = 0; ; i++) {
  // A new bundle each time: files and rows of a version are being written when the kill comes.
  const name = `m-${process.pid}-${i}`;
  const bundleDir = writeMadeBundle(`${bundle}-${name}`, "class", { model: madeModel("class", name) });
  const version = await registerVersion(store, tenant, { product: "credit", name, bundleDir, runId: run });
  say("version", version.id);
  for (let group = 0; group < 20; group++) {
    const ids = Array.from({ length: 20 }, () => randomUUID());
    await Promise.all(
      ids.map((id) =>
        writer.write(organisation.id, {
          id,
          product: "credit",
          versionId: version.id,
          variantId: null,
          row: { age: 30 },
          outcome: { kind: "class", label: "good", probability: 0.1, probabilities: { good: 0.9, bad: 0.1 } },
          subjectHash: null,
          traceparent: null,
          own: false,
          at: new Date(),
        }),
      ),
    );
    for (const id of ids) say("prediction", id);
  }
}
