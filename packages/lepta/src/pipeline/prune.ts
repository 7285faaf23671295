// Stage folders of old inputs: the newest few of each stage stay, so that going back to earlier options is free.
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

const kept = 8;

/** Removes all but the newest folders of each stage of a product, and what killed runs left half written. */
export async function pruneStageFolders(home: string, product: string): Promise<void> {
  const place = join(home, "stages", product);
  const names = await readdir(place).catch(() => []);
  const byStage = new Map<string, { path: string; at: number }[]>();
  for (const name of names) {
    const path = join(place, name);
    if (name.endsWith(".tmp")) {
      await rm(path, { recursive: true, force: true });
      continue;
    }
    const stage = name.split("-")[0] as string;
    const { mtimeMs } = await stat(path);
    byStage.set(stage, [...(byStage.get(stage) ?? []), { path, at: mtimeMs }]);
  }
  for (const folders of byStage.values()) {
    const old = folders.sort((a, b) => b.at - a.at).slice(kept);
    for (const { path } of old) await rm(path, { recursive: true, force: true });
  }
}
