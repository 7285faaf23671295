// Blobs and directories of blobs.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Blobs, localBlobs } from "./blobs.ts";
import { directoryHash, materialise, storeDirectory } from "./directories.ts";

let dir: string;
let blobs: Blobs;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "lepta-files-"));
  blobs = localBlobs(join(dir, "files"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test("equal content is stored once and read back", async () => {
  const content = new TextEncoder().encode("hello");
  const [a, b] = await Promise.all([blobs.put(content), blobs.put(content)]);
  expect(a).toEqual(b);
  expect(a.sha256).toBe("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
  expect((await blobs.read(a.sha256)).toString()).toBe("hello");
  expect(readdirSync(join(dir, "files", "2c"))).toEqual([a.sha256]);
});

test("a missing and a changed blob are told", async () => {
  await expect(blobs.read("0".repeat(64))).rejects.toMatchObject({ code: "blob-missing" });
  const { sha256 } = await blobs.put(new TextEncoder().encode("hello"));
  writeFileSync(join(dir, "files", sha256.slice(0, 2), sha256), "hullo");
  await expect(blobs.read(sha256)).rejects.toMatchObject({ code: "blob-corrupt" });
  await expect(blobs.copyTo(sha256, join(dir, "copy"))).rejects.toMatchObject({ code: "blob-corrupt" });
  expect(await blobs.has(sha256)).toBe(false);
  // Put again, it is whole again.
  writeFileSync(join(dir, "hello"), "hello");
  expect(await blobs.putFile(join(dir, "hello"))).toEqual({ sha256, bytes: 5 });
  expect((await blobs.read(sha256)).toString()).toBe("hello");
  await expect(blobs.read("../../etc/passwd")).rejects.toThrow(TypeError);
});

test("a directory comes back as it was", async () => {
  const source = join(dir, "bundle");
  mkdirSync(join(source, "sub"), { recursive: true });
  writeFileSync(join(source, "model.onnx"), "model");
  writeFileSync(join(source, "sub", "card.md"), "card");
  const files = await storeDirectory(blobs, source);
  expect(files.map((f) => f.path)).toEqual(["model.onnx", "sub/card.md"]);
  expect(directoryHash(files)).toBe(directoryHash([...files].reverse()));

  const target = join(dir, "out");
  await Promise.all([materialise(blobs, files, target), materialise(blobs, files, target)]);
  expect(readFileSync(join(target, "sub", "card.md"), "utf8")).toBe("card");
  expect(readdirSync(dir).sort()).toEqual(["bundle", "files", "out"]);
});

test("paths out of the target, links and missing directories are refused and leave nothing", async () => {
  const { sha256, bytes } = await blobs.put(new TextEncoder().encode("x"));
  for (const path of ["../evil", "/evil", "a/../../evil", "a\\..\\evil"]) {
    await expect(materialise(blobs, [{ path, sha256, bytes }], join(dir, "out"))).rejects.toMatchObject({
      code: "bundle-unusable",
    });
  }
  mkdirSync(join(dir, "bundle"));
  symlinkSync("/etc/passwd", join(dir, "bundle", "model.onnx"));
  await expect(storeDirectory(blobs, join(dir, "bundle"))).rejects.toMatchObject({ code: "bundle-unusable" });
  await expect(storeDirectory(blobs, join(dir, "nothing"))).rejects.toMatchObject({ code: "bundle-unusable" });
  expect(readdirSync(dir).sort()).toEqual(["bundle", "files"]);
});
