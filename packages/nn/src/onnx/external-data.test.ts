// Weights beside the model file: read from what is given, or from the model's folder, and from nowhere else.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { file, node, tensor, x } from "../../testing/onnx-files.ts";
import { createSession, decodeOnnx, NnError, readOnnx } from "../index.ts";
import { StringStringEntryProtoSchema, TensorProto_DataLocation } from "./proto/onnx_pb.ts";

const weights = new Float32Array([9, 0.5, -1, 2, 0.25, 3, 8, 8]);
const data = new Uint8Array(weights.buffer);

/** A model that multiplies [N, 4, 2] by a [2, 3] matrix that lies elsewhere. */
function model(entries: Readonly<Record<string, string>>, fields = {}): Uint8Array {
  const externalData = Object.entries(entries).map(([key, value]) =>
    create(StringStringEntryProtoSchema, { key, value }),
  );
  const matrix = tensor("w", [2, 3], {
    dataType: 1,
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData,
    ...fields,
  });
  return file({ nodes: [node("MatMul", ["x", "w"], ["y"])], initializers: [matrix] });
}

const usual = { location: "weights.bin", offset: "4", length: "24" };
const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof NnError) return error.code;
    throw error;
  }
  return "no error";
};
const codeOfAsync = (action: () => Promise<unknown>): Promise<string> =>
  action().then(
    () => "no error",
    (error: unknown) => (error instanceof NnError ? error.code : String(error)),
  );

describe("weights in a file of their own", () => {
  test("are read from a record or by a function, at their place", async () => {
    for (const files of [
      { "weights.bin": data },
      (location: string) => (location === "weights.bin" ? data : undefined),
    ]) {
      const session = await createSession(decodeOnnx(model(usual), { files }));
      const { y } = await session.run({ x });
      expect(y?.shape).toEqual([3, 4, 3]);
      const [a = 0, b = 0] = x.data as Float32Array;
      const row = [a * 0.5 + b * 0.25, a * -1 + b * 3, a * 2 + b * 8];
      expect([...(y?.data ?? [])].slice(0, 3).map(Number)).toEqual(row.map((value) => expect.closeTo(value, 5)));
      await session.close();
    }
  });

  test("may lie in a folder below, from the file's start to its end", () => {
    const location = "parts/a.bin";
    const whole = data.subarray(4, 28);
    expect(decodeOnnx(model({ location }), { files: { [location]: whole } }).constants[0]?.node.data?.data).toEqual(
      weights.subarray(1, 7),
    );
  });

  test("bfloat16 takes two bytes each", () => {
    const halves = new Uint8Array(Uint16Array.of(0x3f80, 0xc000, 0, 0x3f00, 0, 0).buffer);
    const graph = decodeOnnx(model({ location: "h" }, { dataType: 16 }), { files: { h: halves } });
    expect(graph.constants[0]?.node.data?.data).toEqual(Float32Array.of(1, -2, 0, 0.5, 0, 0));
  });

  test.each<[string, Readonly<Record<string, string>>, string]>([
    ["none of the files", {}, "model-data-external"],
    ["a file that is not given", { location: "other.bin" }, "model-data-external"],
    ["a property of every object", { location: "toString" }, "model-data-external"],
    ["a path upwards", { location: "../weights.bin" }, "model-file-invalid"],
    ["a path down and up", { location: "a/../../weights.bin" }, "model-file-invalid"],
    ["a path from the root", { location: "/etc/hostname" }, "model-file-invalid"],
    ["a path of Windows", { location: "..\\weights.bin" }, "model-file-invalid"],
    ["a drive", { location: "C:weights.bin" }, "model-file-invalid"],
    ["an address in memory", { location: "*/_ORT_MEM_ADDR_/*", offset: "4096" }, "model-data-external"],
    ["a name with NUL", { location: "weights.bin\0" }, "model-file-invalid"],
    ["an empty name", { location: "" }, "model-file-invalid"],
    ["a place past the end", { ...usual, offset: "12" }, "model-file-invalid"],
    ["another length", { ...usual, length: "20" }, "model-file-invalid"],
    ["no length, and more behind", { location: "weights.bin" }, "model-file-invalid"],
    ["a negative place", { ...usual, offset: "-4" }, "model-file-invalid"],
    ["a place that is no number", { ...usual, offset: "0x4" }, "model-file-invalid"],
    ["a place too large for a number", { ...usual, offset: "99999999999999999999" }, "model-file-invalid"],
  ])("that name %s are refused", (_, entries, code) => {
    expect(codeOf(() => decodeOnnx(model(entries), { files: { "weights.bin": data, "../weights.bin": data } }))).toBe(
      code,
    );
  });

  test("that stand in the model as well, or twice, are refused", () => {
    const files = { "weights.bin": data };
    expect(codeOf(() => decodeOnnx(model(usual, { rawData: data.slice(0, 24) }), { files }))).toBe(
      "model-file-invalid",
    );
    const twice = ["weights.bin", "b"].map((value) => create(StringStringEntryProtoSchema, { key: "location", value }));
    expect(codeOf(() => decodeOnnx(model(usual, { externalData: twice }), { files }))).toBe("model-file-invalid");
  });

  test("never open by a session on bytes, whatever lies in the working folder", async () => {
    await expect(createSession(model({ location: "package.json", length: "24" }))).rejects.toMatchObject({
      code: "session-create-failed",
      message: expect.stringContaining("package.json"),
    });
  });
});

describe("readOnnx", () => {
  let folder: string;
  const put = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, "models", name), bytes);
    return join(folder, "models", name);
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "lepta-external-"));
    mkdirSync(join(folder, "models", "folder"), { recursive: true });
    put("weights.bin", data);
    writeFileSync(join(folder, "secret.bin"), data);
    symlinkSync(join(folder, "secret.bin"), join(folder, "models", "link.bin"));
    symlinkSync(folder, join(folder, "models", "up"));
    symlinkSync("weights.bin", join(folder, "models", "same.bin"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("finds the file beside the model", async () => {
    const graph = await readOnnx(put("model.onnx", model(usual)));
    expect(graph.constants[0]?.node.data?.data).toEqual(weights.subarray(1, 7));
    expect(await codeOfAsync(() => readOnnx(put("linked.onnx", model({ ...usual, location: "same.bin" }))))).toBe(
      "no error",
    );
  });

  test.each([
    ["a link to a file elsewhere", "link.bin", "model-file-invalid"],
    ["a link to a folder elsewhere", "up/secret.bin", "model-file-invalid"],
    ["a path upwards", "../secret.bin", "model-file-invalid"],
    ["a folder", "folder", "model-file-invalid"],
    ["no file", "missing.bin", "model-data-external"],
    ["a file as a folder", "weights.bin/a", "model-data-external"],
  ])("refuses %s", async (_, location, code) => {
    expect(await codeOfAsync(() => readOnnx(put("bad.onnx", model({ ...usual, location }))))).toBe(code);
  });
});
