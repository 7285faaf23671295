// Open Inference Protocol v2: health, metadata, ready, infer, and its own error form.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CreditServer, startCreditServer } from "../../../testing/credit-server.ts";
import { openPgliteTestStore, type TestStore } from "../../../testing/stores.ts";
import { predictions, usageEvents } from "../../db/schema.ts";

let opened: TestStore;
let server: CreditServer;
beforeAll(async () => {
  opened = await openPgliteTestStore();
  server = await startCreditServer(opened);
});
afterAll(async () => {
  await server?.close();
  await opened?.remove();
});

interface Tensor {
  name: string;
  shape: number[];
  datatype: string;
  data: unknown[];
}

/** The rows as tensors, one a column. */
function inputs(count: number, nested = false): Tensor[] {
  const rows = server.rows.slice(0, count);
  return Object.keys(rows[0] ?? {}).map((name) => {
    const data = rows.map((row) => row[name]);
    return {
      name,
      shape: nested ? [count, 1] : [count],
      datatype: typeof data[0] === "string" ? "BYTES" : "FP64",
      data: nested ? data.map((value) => [value]) : data,
    };
  });
}
const changed = (tensors: Tensor[], name: string, change: Partial<Tensor>) =>
  tensors.map((tensor) => (tensor.name === name ? { ...tensor, ...change } : tensor));
const stored = () =>
  server.tenant.transaction(async (tx) => [
    (await tx.select().from(predictions)).length,
    (await tx.select().from(usageEvents)).length,
  ]);
const path = "/v2/models/credit/infer";

describe("200", () => {
  test("server, live, ready need no key", async () => {
    const get = async (place: string) => (await fetch(server.url + place)).json();
    expect(await get("/v2")).toMatchObject({ name: "lepta", extensions: [] });
    expect(await get("/v2/health/live")).toEqual({ live: true });
    expect(await get("/v2/health/ready")).toEqual({ ready: true });
  });

  test("metadata names a tensor a column, of the deployment or of a version", async () => {
    for (const place of ["/v2/models/credit", "/v2/models/credit/versions/1"]) {
      const metadata = (await (await server.send(place)).json()) as { inputs: Tensor[]; outputs: Tensor[] };
      expect(metadata).toMatchObject({ name: "credit", versions: ["1"], platform: "onnxruntime_onnx" });
      expect(metadata.inputs.map(({ name }) => name).sort()).toEqual(Object.keys(server.rows[0] ?? {}).sort());
      expect(metadata.inputs.find(({ name }) => name === "age")).toEqual({
        name: "age",
        datatype: "FP64",
        shape: [-1, 1],
      });
      expect(metadata.outputs).toContainEqual({ name: "probabilities", datatype: "FP64", shape: [-1, 2] });
      expect(await (await server.send(`${place}/ready`)).json()).toEqual({ name: "credit", ready: true });
    }
  });

  test.each([false, true])(
    "infer answers what predict answers; every row is stored and metered (nested: %s)",
    async (nested) => {
      const before = await stored();
      const response = await server.send(path, { id: "call 1", inputs: inputs(5, nested) });
      expect(response.status).toBe(200);
      const answer = (await response.json()) as { outputs: Tensor[] };
      expect(answer).toMatchObject({ model_name: "credit", model_version: "1", id: "call 1" });
      const after = await stored();
      expect(after.map((count, i) => count - (before[i] ?? 0))).toEqual([5, 5]);
      const output = (name: string) => answer.outputs.find((tensor) => tensor.name === name) as Tensor;
      expect(output("probabilities")).toMatchObject({ shape: [5, 2], datatype: "FP64" });
      expect(output("label").shape).toEqual([5, 1]);
      for (let i = 0; i < 5; i++) {
        const same = (await (await server.send("/v1/products/credit/predictions", { row: server.rows[i] })).json()) as {
          label: string;
          probability: number;
        };
        expect(output("label").data[i]).toBe(same.label);
        expect(output("probabilities").data.slice(2 * i, 2 * i + 2)).toContainEqual(
          expect.closeTo(same.probability, 6),
        );
        const record = await server.send(`/v1/predictions/${output("prediction_id").data[i]}`);
        expect(await record.json()).toMatchObject({ row: server.rows[i] });
      }
    },
  );

  test("by version: outside the deployment's variants", async () => {
    const response = await server.send("/v2/models/credit/versions/1/infer", { inputs: inputs(1) });
    const answer = (await response.json()) as { outputs: Tensor[] };
    const id = answer.outputs.find(({ name }) => name === "prediction_id")?.data[0];
    expect(await (await server.send(`/v1/predictions/${id}`)).json()).toMatchObject({ variant: "none" });
  });

  test("asked for outputs are those that are answered; integers do for numbers, null for a missing value", async () => {
    const tensors = changed(changed(inputs(2), "age", { datatype: "INT32", data: [30, 40] }), "credit_amount", {
      data: [null, 1000],
    });
    const response = await server.send(path, {
      inputs: tensors,
      outputs: [{ name: "label" }],
      parameters: { subject: "ada" },
    });
    const answer = (await response.json()) as { outputs: Tensor[] };
    expect(answer.outputs.map(({ name }) => name)).toEqual(["label"]);
  });
});

describe("errors are { error } alone, and nothing is written", () => {
  async function refused(place: string, body: unknown, status: number, text: string | RegExp): Promise<void> {
    const before = await stored();
    const response = await server.send(place, body);
    const answer = (await response.json()) as { error: string };
    expect(Object.keys(answer)).toEqual(["error"]);
    expect(answer.error).toMatch(text);
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await stored()).toEqual(before);
  }

  test("400, 401, 403, 404, 405", async () => {
    await refused(path, "{", 400, "malformed-json");
    await refused("/v2/models/other/infer", { inputs: inputs(1) }, 404, "product-not-found");
    await refused("/v2/models/credit/versions/9/infer", { inputs: inputs(1) }, 404, "version-not-found");
    await refused("/v2/models/credit/versions/x", undefined, 404, "version-not-found");
    await refused("/v2/nonsense", undefined, 404, "route-not-found");
    await refused(path, undefined, 405, "method-not-allowed");
    const without = await fetch(server.url + path, { method: "POST", body: "{}" });
    expect(without.status).toBe(401);
    expect(await without.json()).toMatchObject({ error: expect.stringMatching("missing-key") });
    const { secret } = await server.makeKey(["read"]);
    const scoped = await server.send(path, {}, { headers: { authorization: `Bearer ${secret}` } });
    expect(scoped.status).toBe(403);
  });

  test.each([
    ["no inputs", () => [], /inputs/],
    ["an input left out", () => inputs(1).slice(1), /is not there/],
    [
      "an unknown input",
      () => [...inputs(1), { name: "colour", shape: [1], datatype: "BYTES", data: ["x"] }],
      /colour/,
    ],
    ["an input twice", () => [...inputs(1), inputs(1)[0]], /given twice/],
    ["too few values", () => changed(inputs(2), "age", { data: [1] }), /has 1 values/],
    ["too many values", () => changed(inputs(2), "age", { data: [1, 2, 3] }), /has 3 values/],
    ["other numbers of rows", () => changed(inputs(2), "age", { shape: [3], data: [1, 2, 3] }), /has 3 rows/],
    ["a shape of two columns", () => changed(inputs(2), "age", { shape: [1, 2] }), /\[N\] or \[N, 1\]/],
    ["another datatype", () => changed(inputs(1), "age", { datatype: "BYTES", data: ["7"] }), /not BYTES/],
    ["a datatype that is none", () => changed(inputs(1), "age", { datatype: "FP8" }), /datatype/],
    ["a fraction for an integer", () => changed(inputs(1), "age", { datatype: "INT64", data: [1.5] }), /no INT64/],
    ["no row at all", () => inputs(1).map((tensor) => ({ ...tensor, shape: [0], data: [] })), /1 to 1000 rows/],
  ])("422: %s", async (_, tensors, text) => {
    await refused(path, { inputs: tensors() }, 422, text);
  });

  test("422: names that no database holds, and data nested out of all measure", async () => {
    await refused("/v2/models/%00", undefined, 422, "NUL");
    await refused("/v2/models/credit/versions/%00", undefined, 422, "NUL");
    const deep = `{"inputs":[{"name":"age","shape":[1],"datatype":"FP64","data":${"[".repeat(100_000)}${"]".repeat(100_000)}}]}`;
    await refused(path, deep, 422, "invalid-request");
  });

  test("422: an output that the model does not have", async () => {
    await refused(path, { inputs: inputs(1), outputs: [{ name: "logits" }] }, 422, "no output logits");
  });
});
