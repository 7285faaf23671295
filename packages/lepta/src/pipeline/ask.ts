// Asks a store something: over HTTP when a server has it open, else by opening it for a moment.
import { existsSync } from "node:fs";
import { type ApiClient, createApiClient } from "@lepta/api";
import { lockHolder } from "@lepta/server";
import { CliError } from "../errors.ts";
import { readKey } from "./home.ts";
import { openServedStore } from "./served-store.ts";

/** Address of the server that has the embedded store open. */
function runningServer(home: string): string | undefined {
  return process.env.DATABASE_URL ? undefined : (lockHolder(home)?.url ?? undefined);
}

/** Throws `store-missing`, `credentials-missing`, and whatever the work or the store throws. */
export async function withClient<T>(home: string, work: (client: ApiClient) => Promise<T>): Promise<T> {
  if (!process.env.DATABASE_URL && !existsSync(home)) {
    throw new CliError(
      "store-missing",
      `There is no store at ${home}.`,
      "Run the command where lepta ship made one, or name it with LEPTA_HOME (or DATABASE_URL).",
    );
  }
  const url = runningServer(home);
  if (url !== undefined) {
    const key = await readKey(home, process.env);
    if (key !== undefined) return work(createApiClient({ url, key }));
    throw new CliError(
      "credentials-missing",
      `The server at ${url} has the store ${home} open, and there is no API key to ask it with.`,
      "Set LEPTA_API_KEY to one of its keys, or stop the server.",
    );
  }
  const served = await openServedStore(home, { port: 0, jobs: false });
  try {
    return await work(served.client);
  } finally {
    await served.close();
  }
}
