// Open Inference Protocol v2: health, metadata, ready, infer, and its own error form.
import { deflateSync, gzipSync } from "node:zlib";
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
    expect(await get("/v2")).toMatchObject({
      name: "lepta",
      extensions: expect.arrayContaining(["binary_tensor_data", "model_configuration"]),
    });
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
      const response = await server.send(path, { id: `call ${nested}`, inputs: inputs(5, nested) });
      expect(response.status).toBe(200);
      const answer = (await response.json()) as { outputs: Tensor[] };
      expect(answer).toMatchObject({ model_name: "credit", model_version: "1", id: `call ${nested}` });
      const after = await stored();
      expect(after.map((count, i) => count - (before[i] ?? 0))).toEqual([5, 5]);
      const output = (name: string) => answer.outputs.find((tensor) => tensor.name === name) as Tensor;
      expect(output("probabilities")).toMatchObject({ shape: [5, 2], datatype: "FP64" });
      expect(output("label").shape).toEqual([5, 1]);
      for (let i = 0; i < 5; i++) {
        const { outcome: same } = (await (
          await server.send("/v1/products/credit/predictions", { row: server.rows[i] })
        ).json()) as { outcome: { label: string; probability: number } };
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

describe("what clients send", () => {
  const numbers = [
    "UINT8",
    "UINT16",
    "UINT32",
    "UINT64",
    "INT8",
    "INT16",
    "INT32",
    "INT64",
    "FP16",
    "BF16",
    "FP32",
    "FP64",
  ];
  const rowOf = async (response: Response) => {
    const answer = (await response.json()) as { outputs: Tensor[]; error?: string };
    expect(answer.error).toBeUndefined();
    const id = answer.outputs.find(({ name }) => name === "prediction_id")?.data[0];
    return ((await (await server.send(`/v1/predictions/${id}`)).json()) as { row: Record<string, unknown> }).row;
  };

  test.each(numbers)("a number may come as %s", async (datatype) => {
    const response = await server.send(path, { inputs: changed(inputs(1), "age", { datatype, data: [30] }) });
    expect(await rowOf(response)).toEqual({ ...server.rows[0], age: 30 });
  });

  test.each([
    ["no content type", {}],
    ["curl's own", { "content-type": "application/x-www-form-urlencoded" }],
  ])("a body with %s is JSON here, and nowhere else", async (_, headers) => {
    const bare = (place: string, body: string) =>
      fetch(server.url + place, {
        method: "POST",
        headers: { authorization: `Bearer ${server.key}`, ...headers },
        body: new TextEncoder().encode(body),
      });
    expect(await rowOf(await bare(path, JSON.stringify({ inputs: inputs(1) })))).toEqual(server.rows[0]);
    expect((await bare("/v1/keys", "{}")).status).toBe(415);
  });

  test("compressed bodies, which may not grow beyond the limit", async () => {
    const body = JSON.stringify({ inputs: inputs(2) });
    const post = (bytes: Buffer, encoding: string) =>
      fetch(server.url + path, {
        method: "POST",
        headers: { authorization: `Bearer ${server.key}`, "content-encoding": encoding },
        body: new Uint8Array(bytes),
      });
    expect(await rowOf(await post(gzipSync(body), "gzip"))).toEqual(server.rows[0]);
    expect(await rowOf(await post(deflateSync(body), "deflate"))).toEqual(server.rows[0]);
    const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20));
    expect(bomb.length).toBeLessThan(100_000);
    expect((await post(bomb, "gzip")).status).toBe(413);
    expect((await post(Buffer.from(body), "gzip")).status).toBe(400);
    expect((await post(Buffer.from(body), "br")).status).toBe(415);
  });

  /** The request as the binary tensor extension has it. */
  function binary(tensors: Tensor[], more: object = {}): { body: Buffer; headers: Record<string, string> } {
    const parts: Buffer[] = [];
    const described = tensors.map(({ data, ...tensor }) => {
      const bytes = data.map((value) => {
        if (tensor.datatype === "BYTES") {
          const text = Buffer.from(String(value));
          return Buffer.concat([Buffer.from(new Uint32Array([text.length]).buffer), text]);
        }
        return Buffer.from(
          tensor.datatype === "INT16"
            ? new Int16Array([Number(value)]).buffer
            : new Float64Array([Number(value)]).buffer,
        );
      });
      parts.push(...bytes);
      return { ...tensor, parameters: { binary_data_size: Buffer.concat(bytes).length } };
    });
    const document = Buffer.from(JSON.stringify({ ...more, inputs: described }));
    return {
      body: Buffer.concat([document, ...parts]),
      headers: {
        "inference-header-content-length": String(document.length),
        "content-type": "application/octet-stream",
      },
    };
  }
  const sendBinary = ({ body, headers }: ReturnType<typeof binary>) =>
    server.send(path, undefined, { method: "POST", headers, body: new Uint8Array(body) });

  test("binary tensors in, JSON out", async () => {
    const tensors = changed(inputs(2), "age", { datatype: "INT16", data: [33, 44] });
    expect(await rowOf(await sendBinary(binary(tensors)))).toEqual({ ...server.rows[0], age: 33 });
  });

  test("NaN in a binary tensor is a missing value", async () => {
    const response = await sendBinary(binary(changed(inputs(1), "age", { data: [Number.NaN] })));
    expect(await rowOf(response)).toEqual({ ...server.rows[0], age: null });
  });

  test("binary out: what JSON says, byte for byte", async () => {
    const asked = { parameters: { binary_data_output: true }, outputs: [{ name: "label" }, { name: "probabilities" }] };
    const response = await sendBinary(binary(inputs(3), asked));
    const size = Number(response.headers.get("inference-header-content-length"));
    const bytes = Buffer.from(await response.arrayBuffer());
    const { outputs } = JSON.parse(bytes.subarray(0, size).toString()) as { outputs: Record<string, unknown>[] };
    const same = (await (await server.send(path, { inputs: inputs(3), outputs: asked.outputs })).json()) as {
      outputs: Tensor[];
    };
    let at = size;
    for (const label of (same.outputs[0] as Tensor).data as string[]) {
      expect(bytes.readUInt32LE(at)).toBe(label.length);
      expect(bytes.subarray(at + 4, at + 4 + label.length).toString()).toBe(label);
      at += 4 + label.length;
    }
    for (const probability of (same.outputs[1] as Tensor).data as number[]) {
      expect(bytes.readDoubleLE(at)).toBeCloseTo(probability, 6);
      at += 8;
    }
    expect(at).toBe(bytes.length);
    expect(outputs.map(({ data }) => data)).toEqual([undefined, undefined]);
    expect(outputs[1]).toMatchObject({ shape: [3, 2], parameters: { binary_data_size: 48 } });
  });

  test("binary bodies that are not what they say", async () => {
    const good = binary(inputs(1));
    const spoilt: [ReturnType<typeof binary>, RegExp][] = [
      [{ ...good, headers: { "content-type": "application/octet-stream" } }, /malformed-json/],
      [{ ...good, headers: { ...good.headers, "inference-header-content-length": "999999" } }, /999999/],
      [{ ...good, headers: { ...good.headers, "inference-header-content-length": "-1" } }, /-1/],
      [{ ...good, body: good.body.subarray(0, -3) }, /bytes are left|ends beyond/],
      [{ ...good, body: Buffer.concat([good.body, Buffer.from("x")]) }, /1 bytes follow/],
      [binary(changed(inputs(1), "age", { shape: [2] })), /2 values of FP64 are 16 bytes, not 8/],
      [binary(changed(inputs(1), "age", { shape: [2 ** 40, 2 ** 40] })), /must be \[N\]/],
      [binary(changed(inputs(1), "age", { data: [Number.POSITIVE_INFINITY] })), /Infinity; FP64/],
    ];
    for (const [request, text] of spoilt) {
      const response = await sendBinary(request);
      expect(((await response.json()) as { error: string }).error).toMatch(text);
      expect([400, 422]).toContain(response.status);
    }
    const sized = changed(inputs(1), "age", { parameters: { binary_data_size: 8 } } as never);
    expect(await (await server.send(path, { inputs: sized })).json()).toMatchObject({
      error: expect.stringMatching(/needs the header/),
    });
  });

  test("configuration and index answer, other extensions are refused by name", async () => {
    for (const place of ["/v2/models/credit/config", "/v2/models/credit/versions/1/config"]) {
      expect(await (await server.send(place)).json()).toMatchObject({
        name: "credit",
        max_batch_size: 1000,
        input: expect.arrayContaining([{ name: "age", data_type: "TYPE_FP64", dims: [1] }]),
        output: expect.arrayContaining([{ name: "probabilities", data_type: "TYPE_FP64", dims: [2] }]),
      });
    }
    for (const body of [undefined, {}, { ready: true }]) {
      const response = await server.send("/v2/repository/index", body, { method: "POST" });
      expect(await response.json()).toEqual([{ name: "credit", version: "1", state: "READY", reason: "" }]);
    }
    for (const [method, place] of [
      ["GET", "/v2/models/credit/stats"],
      ["GET", "/v2/models/credit/versions/1/stats"],
      ["POST", "/v2/repository/models/credit/load"],
      ["GET", "/v2/systemsharedmemory/status"],
      ["GET", "/v2/logging"],
      ["GET", "/v2/trace/setting"],
    ] as const) {
      const response = await server.send(place, undefined, { method });
      expect([place, response.status, await response.json()]).toEqual([
        place,
        400,
        { error: expect.stringMatching(/^extension-unsupported: /) },
      ]);
    }
    const shared = changed(inputs(1), "age", { parameters: { shared_memory_region: "a" } } as never);
    expect((await server.send(path, { inputs: shared })).status).toBe(400);
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
    ["another datatype", () => changed(inputs(1), "purpose", { datatype: "FP64", data: [7] }), /not FP64/],
    ["a datatype that is none", () => changed(inputs(1), "age", { datatype: "FP8" }), /datatype/],
    ["a fraction for an integer", () => changed(inputs(1), "age", { datatype: "INT64", data: [1.5] }), /1.5; INT64/],
    ["300 for INT8", () => changed(inputs(1), "age", { datatype: "INT8", data: [300] }), /300; INT8 .* -128 to 127/],
    ["-5 for UINT8", () => changed(inputs(1), "age", { datatype: "UINT8", data: [-5] }), /-5; UINT8/],
    ["3e9 for INT32", () => changed(inputs(1), "age", { datatype: "INT32", data: [3e9] }), /3000000000; INT32/],
    ["70000 for UINT16", () => changed(inputs(1), "age", { datatype: "UINT16", data: [7e4] }), /70000; UINT16/],
    ["1e5 for FP16", () => changed(inputs(1), "age", { datatype: "FP16", data: [1e5] }), /100000; FP16/],
    ["1e39 for FP32", () => changed(inputs(1), "age", { datatype: "FP32", data: [1e39] }), /1e\+39; FP32/],
    ["2^65 for UINT64", () => changed(inputs(1), "age", { datatype: "UINT64", data: [2 ** 65] }), /UINT64 holds/],
    ["no row at all", () => inputs(1).map((tensor) => ({ ...tensor, shape: [0], data: [] })), /1 to 1000 rows/],
  ])("422: %s", async (_, tensors, text) => {
    await refused(path, { inputs: tensors() }, 422, text);
  });

  test("a problem is said once", async () => {
    const wrong = changed(inputs(1), "age", { datatype: "INT8", data: [300] });
    const { error } = (await (await server.send(path, { inputs: wrong })).json()) as { error: string };
    expect(error.split("is 300")).toHaveLength(2);
    const none = (await (await server.send(path, { inputs: [{}] })).json()) as { error: string };
    expect(none.error.split("/inputs/0/name")).toHaveLength(2);
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
