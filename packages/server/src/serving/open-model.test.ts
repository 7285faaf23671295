// A model of others is scored in a process of its own, and ended beyond its limits.
import { join } from "node:path";
import { buildGraph, encodeOnnx, exp, expand, input, neg, reduceMax, type Tensor } from "@lepta/nn";
import { expect, test } from "vitest";
import { writeMadeBundle } from "../../../ml/testing/made-bundle.ts";
import { openPgliteTestStore } from "../../testing/stores.ts";
import { createOrganisation } from "../accounts/organisations.ts";
import { registerProduct } from "../registry/products.ts";
import { registerVersion } from "../registry/versions.ts";
import { defaultModelLimits } from "./model-limits.ts";
import { openModel } from "./open-model.ts";

/** Bounded, and allowed: but a row takes a good part of a second. */
function slow(): Uint8Array {
  let y: Tensor = expand(input("x", "float64", ["N", 1]), ["N", 2 ** 17]);
  for (let i = 0; i < 100; i++) y = exp(neg(y));
  return encodeOnnx(buildGraph({ value: reduceMax(y, 1) }));
}

test("a model that takes too long is ended, and nothing else; the next to open it has a fresh process", async () => {
  const opened = await openPgliteTestStore();
  try {
    const { store } = opened;
    const { id } = await createOrganisation(store, { name: "slow" });
    const tenant = store.tenant(id);
    const inputs = [{ name: "x", type: "number" }];
    await registerProduct(tenant, {
      name: "p",
      task: "t",
      target: "y",
      outcome: { kind: "number" },
      inputs,
    });
    const bundleDir = writeMadeBundle(join(store.dir, "slow"), "number", { model: slow() });
    const version = await registerVersion(store, tenant, { product: "p", name: "slow", bundleDir });
    const hasty = await openModel(store, id, version.id, { ...defaultModelLimits, runTimeoutMs: 20 });
    await expect(hasty.score([{ x: 1 }])).rejects.toMatchObject({ code: "model-failed", status: 503 });
    await expect(hasty.score([{ x: 1 }])).rejects.toMatchObject({ code: "model-failed" });
    await hasty.close();
    const patient = await openModel(store, id, version.id, { ...defaultModelLimits, runTimeoutMs: 60_000 });
    const [outcome] = await patient.score([{ x: 1 }]);
    // e^-y, again and again, ends where y = e^-y.
    expect(outcome?.kind === "number" && outcome.value).toBeCloseTo(0.5671432904, 8);
    await patient.close();
  } finally {
    await opened.remove();
  }
});
