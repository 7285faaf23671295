// Hostile model files, made from a seed: real models changed, and files that are built to make a reader crash, hang, take
// all memory, or read what it should not.
import { rng } from "../../src/index.ts";
import { externalDataFiles } from "./external-data.ts";
import type { HostileFile } from "./file.ts";
import { changed, damaged } from "./mutations.ts";
import { odd } from "./odd.ts";
import { oversized } from "./oversized.ts";
import { realModels } from "./real-models.ts";
import { extremeSettings } from "./settings.ts";

/** `count` files from a seed: a third of each kind, and the attacks. */
export function hostileFiles(seed: number, count: number, canary: string): readonly HostileFile[] {
  const random = rng(seed);
  const models = realModels();
  const files: HostileFile[] = [...externalDataFiles(canary), ...oversized, ...odd, ...extremeSettings];
  for (let i = 0; files.length < count; i++) {
    const model = models[i % models.length] as Uint8Array;
    const bytes = i % 3 === 2 ? damaged(model, random) : changed(model, random);
    if (bytes !== undefined) files.push({ name: `${i % 3 === 2 ? "damaged" : "changed"} ${i}`, bytes });
  }
  return files;
}
