// A server that runs already: one that was named, or the one that has the embedded store open.
import { createApiClient } from "@lepta/api";
import { lockHolder } from "@lepta/server";
import { CliError } from "../errors.ts";
import { readKey } from "./home.ts";
import type { Served } from "./served.ts";

/**
 * @param to its address; default: LEPTA_URL, else that of the process which has the store in `home` open
 * @returns undefined where none runs and none was named
 * Throws `credentials-missing` without a key, and `usage-invalid` for what is no address.
 */
export async function runningServer(home: string, to?: string): Promise<Served | undefined> {
  const named = to ?? (process.env.LEPTA_URL || undefined);
  const own = process.env.DATABASE_URL ? undefined : (lockHolder(home)?.url ?? undefined);
  const url = named === undefined ? own : origin(named);
  if (url === undefined) return undefined;
  // The store's own key is for its own server alone: another's would learn it.
  const key = url === own ? await readKey(home, process.env) : process.env.LEPTA_API_KEY || undefined;
  if (key === undefined) {
    throw new CliError(
      "credentials-missing",
      `There is no API key to ask the server at ${url} with.`,
      "Set LEPTA_API_KEY to one of its keys; to deploy, one with every scope. lepta keys create makes one.",
    );
  }
  return {
    home,
    url,
    key,
    client: createApiClient({ url, key }),
    elsewhere: true,
    consoleUrl: undefined,
    close: async () => {},
  };
}

function origin(text: string): string {
  try {
    const { protocol, href, search, hash } = new URL(text);
    if (/^https?:$/.test(protocol) && search === "" && hash === "") return href.replace(/\/+$/, "");
  } catch {
    // Told below.
  }
  throw new CliError(
    "usage-invalid",
    `${JSON.stringify(text)} is no server's address.`,
    "Write it as https://lepta.example.com, or http://127.0.0.1:7080.",
  );
}
