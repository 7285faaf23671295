// A running `lepta serve` (or `ship`) of a test's store, with its address and the store's own key.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type ApiClient, createApiClient } from "@lepta/api";
import { type CliOptions, startCli } from "./cli.ts";

export interface RunningServer {
  readonly url: string;
  readonly key: string;
  readonly client: ApiClient;
  /** Sends SIGINT; resolves to the exit code. */
  stop(): Promise<number | null>;
}

/** The key that the store keeps for its own user; fails unless only that user can read it. */
export function storeKey(home: string): string {
  const file = join(home, "credentials.json");
  const mode = statSync(file).mode & 0o777;
  if (process.platform !== "win32" && mode !== 0o600) throw new Error(`${file} has mode ${mode.toString(8)}`);
  return (JSON.parse(readFileSync(file, "utf8")) as { key: string }).key;
}

export async function startServer(
  home: string,
  args: readonly string[] = ["serve", "--port", "0"],
  options: CliOptions = {},
): Promise<RunningServer> {
  const cli = startCli(args, { ...options, home });
  await cli.saw(/API +http:\S+/);
  const url = /API +(http:\S+)/.exec(cli.output())?.[1] as string;
  const key = storeKey(home);
  return {
    url,
    key,
    client: createApiClient({ url, key }),
    async stop() {
      cli.process.kill("SIGINT");
      return (await cli.done).code;
    },
  };
}
