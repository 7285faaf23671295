// Runs, stages, events, products and versions, on both databases.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type OutcomeForm, run as runSchema, version as versionSchema } from "@lepta/api";
import { buildGraph, constant, encodeOnnx, expand, input, mul, reduceMax, reshape } from "@lepta/nn";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { madeModel, writeMadeBundle } from "../../../ml/testing/made-bundle.ts";
import { withExternalData } from "../../testing/external-data.ts";
import { describeStores, type TestStore } from "../../testing/stores.ts";
import { createOrganisation } from "../accounts/organisations.ts";
import { interruptDeadRuns } from "../db/interrupt.ts";
import type { Tenant } from "../db/tenant.ts";
import { appendRunEvents, listRunEvents, watchRunEvents } from "./events.ts";
import { beat } from "./heartbeat.ts";
import { listProducts, readProduct, registerProduct } from "./products.ts";
import { createRun, finishRun, listRuns, readRun } from "./runs.ts";
import { findFinishedStage, recordStage } from "./stages.ts";
import { bundleDirectory, listVersions, readVersion, registerVersion } from "./versions.ts";

const credit = {
  name: "credit",
  task: "binary",
  target: "risk",
  outcome: { kind: "class" as const, classes: ["good", "bad"], positive: "bad" },
  inputs: [{ name: "age", type: "number" }],
};

describeStores("registry", (open) => {
  let opened: TestStore;
  let tenant: Tenant;
  let count = 0;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.remove());
  beforeEach(async () => {
    tenant = opened.store.tenant((await createOrganisation(opened.store, { name: `o${++count}` })).id);
  });

  describe("a run", () => {
    test("records stages and curves, and ends", async () => {
      const id = await createRun(tenant, { product: "credit", seed: 7 });
      await recordStage(tenant, id, { name: "data", position: 0, status: "running", inputHash: "h1" });
      await recordStage(tenant, id, {
        name: "data",
        position: 0,
        status: "done",
        summary: { rows: 1000 },
        result: { path: "x" },
      });
      await recordStage(tenant, id, { name: "train", position: 1, status: "running" });
      await appendRunEvents(
        tenant,
        id,
        [1, 2].map((step) => ({
          type: "metric" as const,
          stage: "train",
          model: "network",
          step,
          epoch: null,
          values: { loss: 1 / step },
        })),
      );
      const during = await readRun(tenant, id);
      expect(runSchema.parse(during)).toEqual(during);
      expect(during.stages).toMatchObject([
        { name: "data", status: "done", inputHash: "h1", summary: { rows: 1000 } },
        { name: "train", status: "running", finishedAt: null },
      ]);
      expect(during.curves).toEqual([
        {
          stage: "train",
          model: "network",
          name: "loss",
          metric: null,
          points: [
            [1, 1],
            [2, 0.5],
          ],
        },
      ]);
      expect(JSON.stringify(during)).not.toContain("path");

      await finishRun(tenant, id, "failed");
      const after = await readRun(tenant, id);
      expect(after).toMatchObject({ status: "failed", resumable: true, lastEvent: 6 });
      expect(after.stages[1]?.status).toBe("failed");
      await expect(finishRun(tenant, id, "done")).rejects.toMatchObject({ code: "run-finished" });
      await expect(readRun(tenant, "nonsense")).rejects.toMatchObject({ code: "run-not-found" });
    });

    test("gives its events in order, also to those who watch", async () => {
      const id = await createRun(tenant, { product: "credit" });
      const seen: number[] = [];
      const watching = (async () => {
        for await (const event of watchRunEvents(tenant, id, { everyMs: 5 })) seen.push(event.seq);
      })();
      const message = (text: string) => ({ type: "message" as const, stage: null, level: "info" as const, text });
      await Promise.all(
        Array.from({ length: 10 }, (_, i) => appendRunEvents(tenant, id, [message(`${i}a`), message(`${i}b`)])),
      );
      await finishRun(tenant, id, "done");
      await watching;
      expect(seen).toEqual(Array.from({ length: 21 }, (_, i) => i + 1));
      const { events, running } = await listRunEvents(tenant, id, 20);
      expect(running).toBe(false);
      expect(events).toMatchObject([{ seq: 21, type: "finish", status: "done" }]);
    });

    test("is interrupted when its process is dead, and its finished stages are reused", async () => {
      const id = await createRun(tenant, { product: "credit" });
      await recordStage(tenant, id, {
        name: "data",
        position: 0,
        status: "done",
        inputHash: "h1",
        result: { rows: 3 },
      });
      await recordStage(tenant, id, { name: "train", position: 1, status: "running", inputHash: "h2" });
      expect(await interruptDeadRuns(opened.store), "of a living process").toBe(0);
      const dead = JSON.stringify({ ...JSON.parse((await processOf(tenant, id)) ?? "{}"), start: "another boot" });
      await tenant.transaction((tx) => tx.execute(sql`update lepta.runs set process = ${dead} where id = ${id}`));
      // As two processes do that open one store after a crash.
      const counts = await Promise.all([1, 2, 3, 4].map(() => interruptDeadRuns(opened.store)));
      expect(counts.sort()).toEqual([0, 0, 0, 1]);
      expect((await listRunEvents(tenant, id)).events.at(-1)).toMatchObject({ type: "finish", status: "interrupted" });

      const run = await readRun(tenant, id);
      expect(run).toMatchObject({ status: "interrupted", resumable: true });
      expect(run.stages.map((s) => s.status)).toEqual(["done", "interrupted"]);
      const key = { product: "credit", name: "data", inputHash: "h1" };
      expect(await findFinishedStage(tenant, key)).toMatchObject({ runId: id, result: { rows: 3 } });
      expect(await findFinishedStage(tenant, { ...key, inputHash: "other" })).toBeUndefined();
      expect(await findFinishedStage(tenant, { ...key, name: "train", inputHash: "h2" })).toBeUndefined();
      expect(await findFinishedStage(tenant, { ...key, product: "fraud" })).toBeUndefined();
    });

    test("of another host is interrupted once it is silent; of any, when the store is this process's alone", async () => {
      const note = JSON.stringify({ host: "another-host", pid: 1, start: null });
      const begin = async () => {
        const id = await createRun(tenant, { product: "credit" });
        await tenant.transaction((tx) =>
          tx.execute(
            sql`update lepta.runs set process = ${note}, heartbeat_at = now() - interval '2 minutes' where id = ${id}`,
          ),
        );
        return id;
      };
      const [beating, silent] = [await begin(), await begin()];
      expect(await beat(tenant, beating)).toBe(true);
      expect(await interruptDeadRuns(opened.store)).toBe(1);
      expect((await readRun(tenant, silent)).status).toBe("interrupted");
      expect(await beat(tenant, silent)).toBe(false);
      expect((await readRun(tenant, beating)).status).toBe("running");
      expect(await interruptDeadRuns(opened.store, { exclusive: true })).toBeGreaterThanOrEqual(1);
      expect((await readRun(tenant, beating)).status).toBe("interrupted");
    });

    test("is listed by pages, newest first", async () => {
      const ids: string[] = [];
      for (let i = 0; i < 5; i++) ids.unshift(await createRun(tenant, { product: i === 0 ? "fraud" : "credit" }));
      const first = await listRuns(tenant, { limit: 3 });
      const second = await listRuns(tenant, { limit: 3, cursor: first.nextCursor ?? "" });
      expect([...first.items, ...second.items].map((r) => r.id)).toEqual(ids);
      expect(second.nextCursor).toBeNull();
      expect((await listRuns(tenant, { product: "fraud" })).items).toHaveLength(1);
      await expect(listRuns(tenant, { cursor: "x" })).rejects.toMatchObject({ code: "invalid-request" });
    });
  });

  describe("a version", () => {
    test("takes its bundle into the store once and gives it back", async () => {
      const { store } = opened;
      const dir = join(store.dir, `b${count}`);
      const metrics = {
        auc: { title: "AUC", direction: "higher" as const, unit: "", value: 0.8, low: 0.75, high: 0.85 },
      };
      await expect(
        registerVersion(store, tenant, {
          product: "credit",
          name: "n",
          bundleDir: writeMadeBundle(dir, "class", { manifest: { metrics } }),
        }),
      ).rejects.toMatchObject({
        code: "product-not-found",
      });
      await registerProduct(tenant, credit);
      const first = await registerVersion(store, tenant, { product: "credit", name: "network", bundleDir: dir });
      expect(versionSchema.parse(first)).toEqual(first);
      expect(first).toMatchObject({ version: 1, seed: 7, trainedRows: 600, metrics: { auc: { value: 0.8 } } });
      expect(await registerVersion(store, tenant, { product: "credit", name: "network", bundleDir: dir })).toEqual(
        first,
      );
      const others = await Promise.all(
        [1, 2, 3].map((i) =>
          registerVersion(store, tenant, {
            product: "credit",
            name: "n",
            bundleDir: writeMadeBundle(`${dir}-${i}`, "class", { model: madeModel("class", `${i}`) }),
          }),
        ),
      );
      expect(others.map((v) => v.version).sort()).toEqual([2, 3, 4]);

      const page = await listVersions(tenant, "credit", { limit: 3 });
      expect(page.items.map((v) => v.version)).toEqual([4, 3, 2]);
      expect(
        (await listVersions(tenant, "credit", { limit: 3, cursor: page.nextCursor ?? "" })).items.map((v) => v.version),
      ).toEqual([1]);
      expect(await readVersion(tenant, { product: "credit", version: 1 })).toEqual(first);
      await expect(readVersion(tenant, { product: "credit", version: 9e99 })).rejects.toMatchObject({
        code: "version-not-found",
      });
      await expect(readVersion(tenant, { id: "nonsense" })).rejects.toMatchObject({ code: "version-not-found" });

      const back = await bundleDirectory(store, tenant, first.id);
      expect(readFileSync(join(back, "model.onnx"))).toEqual(readFileSync(join(dir, "model.onnx")));
    });

    test("is another organisation's secret, its files too", async () => {
      const { store } = opened;
      await registerProduct(tenant, credit);
      const bundleDir = writeMadeBundle(join(store.dir, `s${count}`), "class");
      const version = await registerVersion(store, tenant, { product: "credit", name: "n", bundleDir });
      const other = store.tenant((await createOrganisation(store, { name: `spy ${count}` })).id);
      await expect(bundleDirectory(store, other, version.id)).rejects.toMatchObject({ code: "version-not-found" });
      await expect(listVersions(other, "credit")).rejects.toMatchObject({ code: "product-not-found" });
    });

    test("whose outcomes are of another kind than the product's is refused, and so is the product's change", async () => {
      const { store } = opened;
      await registerProduct(tenant, credit);
      const bundleDir = writeMadeBundle(join(store.dir, `k${count}`), "number");
      await expect(registerVersion(store, tenant, { product: "credit", name: "n", bundleDir })).rejects.toMatchObject({
        code: "bundle-unusable",
      });
      const change = (product: typeof credit, outcome: OutcomeForm) => registerProduct(tenant, { ...product, outcome });
      await expect(change(credit, { kind: "score" })).rejects.toMatchObject({ code: "bundle-unusable" });
      await change(credit, { kind: "class", classes: ["good", "bad", "worse"], positive: null });
      expect((await readProduct(tenant, "credit")).outcome).toMatchObject({ classes: ["good", "bad", "worse"] });
      const traffic = { ...credit, name: "traffic" };
      await change(traffic, { kind: "series", steps: 3 });
      await expect(change(traffic, { kind: "series", steps: 4 })).rejects.toMatchObject({ code: "bundle-unusable" });
    });

    test("with a broken bundle is refused", async () => {
      const { store } = opened;
      await registerProduct(tenant, credit);
      const refuse = async (bundleDir: string) => {
        await expect(registerVersion(store, tenant, { product: "credit", name: "n", bundleDir })).rejects.toMatchObject(
          { code: "bundle-unusable" },
        );
        expect((await listVersions(tenant, "credit")).items).toEqual([]);
      };
      await refuse(join(store.dir, "nothing"));
      const changed = writeMadeBundle(join(store.dir, `c${count}`), "class");
      writeFileSync(join(changed, "model.onnx"), "another");
      await refuse(changed);
      const broken = writeMadeBundle(join(store.dir, `d${count}`), "class");
      writeFileSync(join(broken, "manifest.json"), `{"dataHash": 3}`);
      await refuse(broken);
    });

    test("whose model names a file of the machine, or calculates without end, is refused before it is run", async () => {
      const { store } = opened;
      await registerProduct(tenant, credit);
      const hidden = constant({ data: Float64Array.of(1), shape: [1] });
      const x = input("x", "float64", ["N", 1]);
      const large = expand(x, [2 ** 20, "N", 2 ** 10]);
      const models: Record<string, Uint8Array> = {
        external: withExternalData(encodeOnnx(buildGraph({ value: reshape(mul(x, hidden), [-1]) }))),
        large: encodeOnnx(buildGraph({ value: reduceMax(large, [0, 2]) })),
        other: encodeOnnx(buildGraph({ value: reshape(mul(input("z", "float64", ["N", 1]), 2), [-1]) })),
      };
      for (const [name, model] of Object.entries(models)) {
        const bundleDir = writeMadeBundle(join(store.dir, `${name}${count}`), "number", { model });
        await expect(
          registerVersion(store, tenant, { product: "credit", name: "n", bundleDir }),
          name,
        ).rejects.toMatchObject({ code: "bundle-corrupt" });
      }
      expect((await listVersions(tenant, "credit")).items).toEqual([]);
    });
  });

  test("products are listed with what stands behind them", async () => {
    await registerProduct(tenant, credit);
    await registerProduct(tenant, { ...credit, name: "fraud" });
    await registerProduct(tenant, { ...credit, target: "default" });
    const run = await createRun(tenant, { product: "credit" });
    expect(await readProduct(tenant, "credit")).toMatchObject({
      target: "default",
      price: null,
      versionCount: 0,
      deployed: false,
      latestRun: run,
    });
    const page = await listProducts(tenant, { limit: 1 });
    expect(page).toMatchObject({ items: [{ name: "credit" }], nextCursor: "credit" });
    expect((await listProducts(tenant, { cursor: "credit" })).items.map((p) => p.name)).toEqual(["fraud"]);
    await expect(readProduct(tenant, "nothing")).rejects.toMatchObject({ code: "product-not-found" });
  });
});

async function processOf(tenant: Tenant, id: string): Promise<string | undefined> {
  const { rows } = await tenant.transaction((tx) =>
    tx.execute<{ process: string }>(sql`select process from lepta.runs where id = ${id}`),
  );
  return rows[0]?.process;
}
