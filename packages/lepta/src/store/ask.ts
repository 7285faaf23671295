// Asks a store something: over HTTP when a server has it open or was named, else by opening it for a moment.
import { existsSync } from "node:fs";
import type { ApiClient } from "@lepta/api";
import { CliError } from "../errors.ts";
import { runningServer } from "./running-server.ts";
import { openServedStore } from "./served-store.ts";

/**
 * @param to a server's address; default: LEPTA_URL, else the store's own
 * Throws `store-missing`, `credentials-missing`, and whatever the work or the store throws.
 */
export async function withClient<T>(home: string, work: (client: ApiClient) => Promise<T>, to?: string): Promise<T> {
  const running = await runningServer(home, to);
  if (running !== undefined) return work(running.client);
  if (!process.env.DATABASE_URL && !existsSync(home)) {
    throw new CliError(
      "store-missing",
      `There is no store at ${home}.`,
      "Run the command where lepta ship made one, name it with LEPTA_HOME (or DATABASE_URL), or name a server with LEPTA_URL.",
    );
  }
  const served = await openServedStore(home, { port: 0, jobs: false });
  try {
    return await work(served.client);
  } finally {
    await served.close();
  }
}
