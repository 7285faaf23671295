// The store: a database and a folder of files, opened together.
import { join, resolve } from "node:path";
import { ApiError } from "@lepta/api";
import { ServerError } from "../errors.ts";
import { type Connection, connectPglite, connectPostgresql } from "./connection.ts";
import { interruptDeadRuns, silentSeconds } from "./interrupt.ts";
import { type StoreLock, takeLock } from "./lock-file.ts";
import { migrate } from "./migrate.ts";
import { privateDirectory } from "./private-directory.ts";
import { type Tenant, tenantOf } from "./tenant.ts";

export interface StoreOptions {
  /** Folder of the embedded database and of the files. Default `.lepta` in the working directory. */
  dir?: string | undefined;
  /** PostgreSQL; the folder then holds only files. */
  databaseUrl?: string | undefined;
}

export interface Store {
  readonly kind: "pglite" | "postgresql";
  /** Absolute path of the folder. */
  readonly dir: string;
  /** A handle that sees one organisation's rows. All that a request does goes through one. */
  tenant(organisationId: string): Tenant;
  /** The owner's connection: authentication, the list of organisations, the job queue. Never for a tenant's data. */
  readonly owner: Connection;
  /** Tells a process that finds the embedded store locked where this one's server is. */
  announce(url: string): void;
  close(): Promise<void>;
}

/**
 * Opens the store, making it and bringing its tables up to date where needed. Runs of processes that died while
 * running are marked interrupted, on PostgreSQL also while it is open.
 * @throws ApiError store-locked, store-unusable, store-newer, database-unreachable
 */
export async function openStore(options: StoreOptions = {}): Promise<Store> {
  const dir = resolve(options.dir ?? ".lepta");
  privateDirectory(dir);
  let lock: StoreLock | undefined;
  let owner: Connection | undefined;
  try {
    if (options.databaseUrl === undefined) {
      lock = takeLock(dir);
      owner = await connectPglite(join(dir, "database"), lock.assertHeld);
    } else {
      owner = await connectPostgresql(options.databaseUrl);
    }
    await migrate(owner);
    const store = makeStore(dir, owner, lock);
    // The lock proves that nobody else has an embedded store, and this process has begun no run yet.
    await interruptDeadRuns(store, { exclusive: lock !== undefined });
    return lock === undefined ? watchingRuns(store) : store;
  } catch (error) {
    await owner?.close().catch(() => undefined);
    lock?.release();
    if (error instanceof ApiError || error instanceof ServerError) throw error;
    throw new ServerError("store-unusable", `the store ${dir} cannot be opened: ${(error as Error).message}`, {
      cause: error,
      fix: "Check the directory, its rights and the disk; LEPTA_HOME chooses another directory.",
    });
  }
}

function makeStore(dir: string, owner: Connection, lock: StoreLock | undefined): Store {
  return {
    kind: owner.kind,
    dir,
    owner,
    tenant: (organisationId) => tenantOf(owner, organisationId),
    announce: (url) => lock?.announce(url),
    async close() {
      await owner.close();
      lock?.release();
    },
  };
}

/** On PostgreSQL other hosts' processes die while this store is open. */
function watchingRuns(store: Store): Store {
  let looking: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    // A database that is away for a moment: the next look finds what this one missed.
    looking = interruptDeadRuns(store).catch(() => undefined);
  }, silentSeconds * 1000);
  timer.unref();
  return {
    ...store,
    async close() {
      clearInterval(timer);
      await looking;
      await store.close();
    },
  };
}
