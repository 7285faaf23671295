// Stage folders of old inputs: the newest few of each stage stay, so that going back to earlier options is free.
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

const kept = 8;

/** Folder of what a product's stages keep. */
export function stageFolder(home: string, product: string): string {
  return join(home, "stages", product);
}

/** Whether the process lives that a half-written folder names: `<stage>-<hash>.<pid>.tmp`. Its own is left over. */
function writerLives(name: string): boolean {
  const pid = Number(/\.(\d+)\.tmp$/.exec(name)?.[1]);
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Removes all but the newest folders of each stage of a product, and what killed runs left half written. */
export async function pruneStageFolders(home: string, product: string): Promise<void> {
  const place = stageFolder(home, product);
  const names = await readdir(place).catch(() => []);
  const byStage = new Map<string, { path: string; at: number }[]>();
  for (const name of names) {
    const path = join(place, name);
    if (name.endsWith(".tmp")) {
      if (!writerLives(name)) await rm(path, { recursive: true, force: true });
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
