// Which stage folders go: the old ones, and what dead processes left; never what another process is writing.
import { mkdir, mkdtemp, readdir, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pruneStageFolders } from "./prune.ts";

test("keeps the newest eight of a stage and the half-written folders of living processes", async () => {
  const home = await mkdtemp(join(tmpdir(), "lepta-prune-"));
  try {
    const place = join(home, "stages", "p");
    const old = Array.from({ length: 10 }, (_, i) => `train-${i}`);
    // No process has a number beyond the largest that systems give.
    const half = [`train-a.${process.ppid}.tmp`, "train-b.99999999.tmp", `train-c.${process.pid}.tmp`, "train-d.tmp"];
    for (const [i, name] of [...old, ...half, "bundle-0"].entries()) {
      await mkdir(join(place, name), { recursive: true });
      await utimes(join(place, name), 1000 + i, 1000 + i);
    }
    await pruneStageFolders(home, "p");
    const kept = ["bundle-0", `train-a.${process.ppid}.tmp`, ...old.slice(2)];
    expect((await readdir(place)).sort()).toEqual(kept.sort());
    await pruneStageFolders(home, "no such product");
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});
