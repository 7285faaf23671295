// `lepta keys`: the organisation's API keys, made and revoked.
import type { ApiClient, Key, Scope } from "@lepta/api";
import { Argument, Command, Option } from "commander";
import { CliError } from "../errors.ts";
import { withClient } from "../store/ask.ts";
import { homeDirectory } from "../store/home.ts";
import { textTable } from "../text/text-table.ts";
import { type CommonOptions, serverOption } from "./options.ts";
import { createTerminal, type Terminal } from "./terminal/terminal.ts";

interface KeysOptions extends CommonOptions {
  readonly scope?: Scope[];
  readonly server?: string;
}

const scopes: readonly Scope[] = ["predict", "feedback", "read", "admin"];

async function list(client: ApiClient, terminal: Terminal): Promise<void> {
  const items: Key[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await client.keys({ limit: 200, cursor: cursor ?? undefined });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  const rows = items.map(({ id, name, prefix, scopes, createdAt, lastUsedAt, revokedAt }) => [
    id,
    name,
    `${prefix}…`,
    scopes.join(" "),
    createdAt.slice(0, 10),
    revokedAt === null ? (lastUsedAt?.slice(0, 10) ?? "never") : "revoked",
  ]);
  for (const line of textTable([["id", "name", "begins with", "scopes", "made", "used"], ...rows])) terminal.say(line);
  terminal.result(items);
}

async function create(client: ApiClient, terminal: Terminal, name: string, scopes: Scope[]): Promise<void> {
  const key = await client.createKey({ name, scopes });
  terminal.say(key.secret);
  terminal.say("It is shown this once: keep it where secrets are kept.");
  terminal.result(key);
}

async function revoke(client: ApiClient, terminal: Terminal, id: string): Promise<void> {
  const key = await client.revokeKey(id);
  terminal.say(`${key.name} (${key.prefix}…) is refused from now on`);
  terminal.result(key);
}

async function run(action: string, subject: string | undefined, options: KeysOptions): Promise<void> {
  const terminal = createTerminal(options.json === true);
  if (action !== "list" && subject === undefined) {
    throw new CliError(
      "usage-invalid",
      `lepta keys ${action} of which key?`,
      action === "create"
        ? 'Give it a name: lepta keys create "web shop".'
        : "Give the key's id: lepta keys lists them.",
    );
  }
  await withClient(
    homeDirectory(),
    (client) => {
      if (action === "create")
        return create(client, terminal, subject as string, options.scope ?? ["predict", "feedback"]);
      return action === "revoke" ? revoke(client, terminal, subject as string) : list(client, terminal);
    },
    options.server,
  );
}

export function keysCommand(): Command {
  return new Command("keys")
    .description("List the API keys, make one, or revoke one.")
    .addArgument(new Argument("[action]", "what to do").choices(["list", "create", "revoke"]).default("list"))
    .argument("[subject]", "the new key's name, or the id of the key to revoke")
    .addOption(
      new Option("--scope <SCOPE>", "what a new key may do; repeatable (default: predict and feedback)")
        .choices(scopes)
        .argParser((value: string, before: Scope[] | undefined) => {
          const scope = scopes.find((known) => known === value);
          if (scope === undefined)
            throw new CliError("usage-invalid", `There is no scope ${value}.`, `Use ${scopes.join(", ")}.`);
          return [...(before ?? []), scope];
        }),
    )
    .addOption(serverOption())
    .action(run);
}
