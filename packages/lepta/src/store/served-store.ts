// A store opened for its own user, with its server up: what ship and serve run on.
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { createApiClient } from "@lepta/api";
import {
  createAuthenticator,
  createKey,
  ensureOrganisation,
  jsonLogger,
  lockHolder,
  openStore,
  type Store,
  startServer,
  type Tenant,
} from "@lepta/server";
import { CliError } from "../errors.ts";
import { readKey, writeKey } from "./home.ts";
import type { Served, ServeOptions } from "./served.ts";

const organisationName = "default";
const defaultHost = "127.0.0.1";
const defaultPort = 7080;

/** Listens for a moment. Throws `port-taken`. */
async function probe(host: string, port: number): Promise<void> {
  const server = createServer();
  try {
    server.listen({ host, port });
    await once(server, "listening");
  } catch (error) {
    throw cannotListen(error, host, port);
  }
  server.close();
  await once(server, "close");
}

/** Opens the store, makes its organisation and key where they are missing, and starts the server. */
export async function openServedStore(home: string, options: ServeOptions = {}): Promise<Served> {
  const { host = defaultHost, port } = options;
  // Before a store is made for nothing. One that another process has open says so itself.
  if (port !== undefined && port !== 0 && lockHolder(home) === undefined) await probe(host, port);
  const store = await openStore({ dir: home, databaseUrl: process.env.DATABASE_URL || undefined });
  try {
    const tenant = await ownTenant(store);
    const key = await ownKey(store, tenant);
    const consoleDir = consoleDirectory();
    const server = await listen(store, options, consoleDir);
    const client = createApiClient({ url: server.url, key });
    return {
      home: store.dir,
      url: server.url,
      key,
      client,
      elsewhere: false,
      consoleUrl: consoleDir === undefined ? undefined : `${server.url}/#key=${key}`,
      async close() {
        await server.close();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function ownTenant(store: Store): Promise<Tenant> {
  return store.tenant((await ensureOrganisation(store, { name: organisationName })).id);
}

/** The key of the credentials file while the store knows it, else a new one. */
async function ownKey(store: Store, tenant: Tenant): Promise<string> {
  const kept = await readKey(store.dir, {});
  if (kept !== undefined) {
    try {
      const caller = await createAuthenticator(store).authenticate(kept);
      if (caller.organisationId === tenant.organisationId) return kept;
    } catch {
      // Of another store, or revoked: a new one is made.
    }
  }
  const { secret } = await createKey(tenant, {
    name: "this machine's user",
    scopes: ["predict", "feedback", "read", "admin"],
  });
  await writeKey(store.dir, secret);
  return secret;
}

async function listen(
  store: Store,
  { host = defaultHost, port, logLevel = "error", jobs = true, access = {} }: ServeOptions,
  consoleDir: string | undefined,
): Promise<{ url: string; close(): Promise<void> }> {
  const logger = jsonLogger(process.stderr, logLevel);
  const start = (chosen: number): ReturnType<typeof startServer> =>
    startServer(store, {
      host,
      port: chosen,
      logger,
      jobs,
      limits: {
        ...(access.rate && { rate: access.rate }),
        ...(access.refusedKeys && { refusedKeys: access.refusedKeys }),
        ...(access.allowedHosts && { allowedHosts: access.allowedHosts }),
      },
      ...(access.cors && { cors: access.cors }),
      ...(access.trustedProxies && { trustedProxies: access.trustedProxies }),
      ...(consoleDir === undefined ? {} : { consoleDir }),
    });
  try {
    return await start(port ?? defaultPort);
  } catch (error) {
    if (port === undefined && systemCode(error) === "EADDRINUSE") return start(0);
    throw cannotListen(error, host, port ?? defaultPort);
  }
}

/** `port-taken` where the address is the matter, else the error itself. */
function cannotListen(error: unknown, host: string, port: number): unknown {
  const code = systemCode(error);
  if (code !== "EADDRINUSE" && code !== "EACCES" && code !== "EADDRNOTAVAIL") return error;
  return new CliError(
    "port-taken",
    `The server cannot listen on ${host}:${port} (${code}).`,
    "Choose another port (--port 0 takes a free one) or address, or end what listens there.",
    { cause: error },
  );
}

function systemCode(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code?.startsWith("E")) return code;
  }
  return undefined;
}

/** The folder of the console's build; undefined in the workspace where it is not built. */
function consoleDirectory(): string | undefined {
  const page = fileURLToPath(import.meta.resolve("@lepta/console/index.html"));
  return existsSync(page) ? dirname(page) : undefined;
}
