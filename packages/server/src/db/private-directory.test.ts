// The store's folders are their owner's alone.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { privateDirectory } from "./private-directory.ts";
import { openStore } from "./store.ts";

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "lepta-private-"));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

test.skipIf(process.platform === "win32")(
  "a store is made closed, and an open one is closed at its opening",
  async () => {
    const dir = join(parent, "made", "store");
    await (await openStore({ dir })).close();
    expect(modeOf(dir)).toBe("700");
    chmodSync(dir, 0o777);
    privateDirectory(dir);
    expect(modeOf(dir)).toBe("700");
  },
);

test.skipIf(process.platform === "win32")("in a folder of other things, the store's own parts are closed", () => {
  chmodSync(parent, 0o755);
  writeFileSync(join(parent, "notes.txt"), "");
  mkdirSync(join(parent, "database"), { mode: 0o755 });
  privateDirectory(parent);
  expect(modeOf(parent)).toBe("755");
  for (const part of ["database", "files", "bundles", "stages"]) expect(modeOf(join(parent, part))).toBe("700");
});

test("what cannot be a folder is told", () => {
  writeFileSync(join(parent, "file"), "");
  expect(() => privateDirectory(join(parent, "file"))).toThrow(expect.objectContaining({ code: "store-unusable" }));
});
