// Checks where a bundle shall go before hours are spent on what goes there.
import { access, constants } from "node:fs/promises";
import { dirname } from "node:path";
import { checkBundleTarget } from "@lepta/ml";
import { CliError } from "../errors.ts";

/**
 * Writes nothing. Throws `bundle-target-occupied`, and `output-unwritable` where the nearest folder that exists may not
 * be written.
 * @param dir absolute
 */
export async function checkOut(dir: string): Promise<void> {
  await checkBundleTarget(dir);
  for (let folder = dirname(dir); ; folder = dirname(folder)) {
    try {
      return await access(folder, constants.W_OK | constants.X_OK);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === "ENOENT" && folder !== dirname(folder)) continue;
      throw new CliError(
        "output-unwritable",
        `${dir} cannot be written: ${folder} may not be written (${code}).`,
        "Name another folder with --out, or change the permissions.",
        { cause },
      );
    }
  }
}
