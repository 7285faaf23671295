// An organisation with one row in every table, for the tests that look at the tables themselves.
import { createHash, randomBytes } from "node:crypto";
import { newId } from "../src/db/id.ts";
import * as schema from "../src/db/schema.ts";
import type { Store } from "../src/db/store.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** @returns the organisation's id. Its product is credit. */
export async function seedOrganisation(store: Store, name: string): Promise<string> {
  const organisationId = newId();
  const grantee = newId();
  await store.owner.sql.insert(schema.organisations).values([
    { id: organisationId, name, subjectSalt: randomBytes(16).toString("hex") },
    { id: grantee, name: `${name}'s partner`, subjectSalt: randomBytes(16).toString("hex") },
  ]);
  const [run, version, deployment, variant, prediction, invoice, line, hour] = Array.from({ length: 8 }, () =>
    newId(),
  ) as [string, string, string, string, string, string, string, string];
  const product = "credit";
  const then = new Date("2026-01-02T00:00:00Z");
  await store.tenant(organisationId).transaction(async (tx) => {
    await tx.insert(schema.apiKeys).values({
      organisationId,
      id: newId(),
      name: "key",
      prefix: "lepta_ab",
      hash: sha256(organisationId),
      scopes: ["read"],
    });
    await tx.insert(schema.products).values({
      organisationId,
      name: product,
      task: "binary",
      target: "risk",
      outcome: { kind: "class", classes: ["good", "bad"], positive: "bad" },
      inputs: [{ name: "age", type: "number" }],
    });
    await tx.insert(schema.prices).values({
      organisationId,
      id: newId(),
      product,
      amountMicros: 2000,
      currency: "USD",
      freePerMonth: 10,
      effectiveFrom: then,
    });
    await tx
      .insert(schema.runs)
      .values({ organisationId, id: run, product, status: "done", process: "{}", lastEvent: 1 });
    await tx.insert(schema.runStages).values({
      organisationId,
      runId: run,
      name: "data",
      position: 0,
      status: "done",
      inputHash: sha256("a"),
    });
    await tx
      .insert(schema.runEvents)
      .values({ organisationId, runId: run, seq: 1, at: then, event: { type: "finish", status: "done" } });
    await tx.insert(schema.modelVersions).values({
      organisationId,
      id: version,
      product,
      version: 1,
      name: "network",
      runId: run,
      metrics: { auc: { title: "AUC", direction: "higher", unit: "", value: 0.8, low: 0.75, high: 0.85 } },
      dataHash: sha256("data"),
      modelHash: sha256("model"),
      bundleHash: sha256("bundle"),
      versions: {},
      manifest: {},
      files: [],
    });
    await tx.insert(schema.deployments).values({ organisationId, id: deployment, product });
    await tx.insert(schema.variants).values({
      organisationId,
      id: variant,
      deploymentId: deployment,
      versionId: version,
      name: "champion",
      role: "champion",
      weight: 1,
      position: 0,
    });
    await tx.insert(schema.predictions).values({
      organisationId,
      id: prediction,
      product,
      versionId: version,
      variantId: variant,
      row: { age: 30 },
      outcome: { kind: "class", label: "good", probability: 0.2, probabilities: { good: 0.8, bad: 0.2 } },
      at: then,
    });
    await tx.insert(schema.feedback).values({ organisationId, predictionId: prediction, label: "good" });
    await tx.insert(schema.experimentSums).values({ organisationId, variantId: variant, predictions: 1, units: 1 });
    await tx.insert(schema.experimentUnits).values({ organisationId, variantId: variant, subjectHash: sha256("ada") });
    await tx
      .insert(schema.experimentGroups)
      .values({ organisationId, variantId: variant, labelled: 1, cost: "0", units: 1 });
    await tx.insert(schema.invoices).values({
      organisationId,
      id: invoice,
      number: 1,
      period: "2026-01",
      currency: "USD",
      status: "issued",
      totalMicros: 0,
    });
    await tx.insert(schema.invoiceLines).values({
      organisationId,
      id: line,
      invoiceId: invoice,
      position: 0,
      period: "2026-01",
      product,
      versionId: version,
      dataHash: sha256("data"),
      count: 1,
      own: 0,
      free: 1,
      billed: 0,
      unitPriceMicros: 2000,
      amountMicros: 0,
    });
    await tx.insert(schema.usageHours).values({
      organisationId,
      id: hour,
      product,
      versionId: version,
      own: false,
      predicted: false,
      hour: then,
      count: 1,
      sealed: true,
      invoiceLineId: line,
    });
    await tx
      .insert(schema.usageEvents)
      .values({ organisationId, source: "seed", id: prediction, hourId: hour, quantity: 1, at: then });
    await tx.insert(schema.requestKeys).values({ organisationId, key: sha256("key"), fingerprint: sha256("request") });
    await tx
      .insert(schema.grants)
      .values({ organisationId, id: newId(), granteeId: grantee, product, subject: "metrics" });
  });
  return organisationId;
}
