// The store's folders: only their owner may enter. PostgreSQL itself refuses a data folder that others may enter.
import { accessSync, chmodSync, constants, mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { ServerError } from "../errors.ts";

/** What of the mode is the group's and everybody's. */
const others = 0o077;

/** What a store keeps in its folder, whatever else lies there. */
const parts = ["database", "files", "bundles", "stages"];

/**
 * Makes the store's folder, or closes it to others where it is this user's and nothing but a store lies in it. A folder
 * that is shared with other things is left as it is; there the store's own parts are closed. Windows has no modes.
 * Throws `store-unusable` where it cannot be made or written.
 */
export function privateDirectory(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
    if (process.platform === "win32") return;
    if (readdirSync(dir).every(isOfStore)) close(dir);
    else
      for (const part of parts) {
        mkdirSync(join(dir, part), { recursive: true, mode: 0o700 });
        close(join(dir, part));
      }
  } catch (cause) {
    throw new ServerError(
      "store-unusable",
      `the store's directory ${dir} cannot be used: ${(cause as Error).message}`,
      {
        cause,
        fix: "Give a directory that can be written; LEPTA_HOME chooses it.",
      },
    );
  }
}

function isOfStore(name: string): boolean {
  return parts.includes(name) || /^(lock-.*\.(json|tmp)|credentials\.json.*)$/.test(name);
}

/** Another user's folder is theirs to close. */
function close(dir: string): void {
  const { mode, uid } = statSync(dir);
  if ((mode & others) !== 0 && uid === process.getuid?.()) chmodSync(dir, mode & ~others);
}
