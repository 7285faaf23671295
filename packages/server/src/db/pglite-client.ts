// PGlite in a worker thread, called by messages. The client has the shape of PGlite that drizzle's driver uses.
import { Worker } from "node:worker_threads";
import { ApiError } from "@lepta/api";
import { builderReaders, driverReaders } from "./values.ts";

interface RawResult {
  rows: unknown[][];
  fields: { name: string; dataTypeID: number }[];
  affectedRows?: number;
}

/** `Row` is an array of cells or an object by column, as the row mode has it. */
export interface PgliteResult<Row = unknown> {
  rows: Row[];
  fields: { name: string; dataTypeID: number }[];
  affectedRows?: number | undefined;
}

type ObjectRow = Record<string, unknown>;

export interface PgliteQueryable {
  query(sql: string, params?: unknown[], options?: { rowMode?: "array" | "object" }): Promise<PgliteResult>;
}

export interface PgliteClient extends PgliteQueryable {
  /** Runs statements in one transaction, by one message to the worker. @returns the last one's result */
  together(statements: readonly { sql: string; params: readonly unknown[] }[]): Promise<PgliteResult<ObjectRow>>;
  transaction<T>(work: (transaction: PgliteQueryable) => Promise<T>): Promise<T>;
  /** One statement with parameters, or many without; values as the drivers give them by themselves. */
  script(text: string, params?: unknown[]): Promise<ObjectRow[]>;
  close(): Promise<void>;
}

/** A database error with PostgreSQL's own code, as `pg` gives it. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
  readonly code: string | undefined;
  readonly constraint: string | undefined;
  readonly detail: string | undefined;
  constructor(from: { message: string; code?: string; constraint?: string; detail?: string }) {
    super(from.message);
    this.code = from.code;
    this.constraint = from.constraint;
    this.detail = from.detail;
  }
}

/** @param dataDir the database's directory; `memory://` keeps nothing (tests). */
export async function openPgliteClient(dataDir: string): Promise<PgliteClient> {
  const worker = new Worker(new URL("../../worker/pglite.worker.mjs", import.meta.url), {
    workerData: { dataDir, options: { username: "postgres" } },
    // Flags of this process (loaders, conditions) are not the worker's: it is plain JavaScript.
    execArgv: [],
  });
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
  let ended: Error | undefined;
  let last = 0;
  let lastTransaction = 0;

  const end = (error: Error) => {
    ended ??= error;
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  worker.on("message", ({ id, result, error }) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
    if (error === undefined) call?.resolve(result);
    else call?.reject(new DatabaseError(error));
  });
  worker.on("error", (cause) => end(closed(cause)));
  worker.on("exit", () => end(closed()));

  const call = (id: number, message?: Record<string, unknown>) =>
    new Promise<unknown>((resolve, reject) => {
      if (ended) return reject(ended);
      // A call under way keeps the process alive; an idle store does not.
      worker.ref();
      waiting.set(id, { resolve, reject });
      if (message) worker.postMessage({ ...message, id });
    });
  const send = (operation: string, fields: Record<string, unknown>) => call(++last, { operation, ...fields });

  const queryable = (transaction?: number): PgliteQueryable => ({
    async query(sql, params = [], { rowMode = "object" } = {}) {
      return readResult((await send("query", { transaction, sql, params })) as RawResult, rowMode, builderReaders);
    },
  });

  await call(0);
  return {
    ...queryable(),
    async together(statements) {
      const results = (await send("together", { statements })) as RawResult[];
      return readResult(results.at(-1)!, "object", builderReaders);
    },
    async transaction(work) {
      const transaction = ++lastTransaction;
      await send("begin", { transaction });
      let result: Awaited<ReturnType<typeof work>>;
      try {
        result = await work(queryable(transaction));
      } catch (error) {
        await send("rollback", { transaction }).catch(() => undefined);
        throw error;
      }
      await send("commit", { transaction });
      return result;
    },
    async script(text, params) {
      const results = (
        params !== undefined && params.length > 0
          ? [await send("query", { sql: text, params })]
          : await send("script", { sql: text })
      ) as RawResult[];
      return results.flatMap((result) => readResult(result, "object", driverReaders).rows);
    },
    async close() {
      if (ended) return;
      await send("close", {});
      ended = closed();
      await worker.terminate();
    },
  };
}

function readResult(raw: RawResult, rowMode: "object", readers: typeof builderReaders): PgliteResult<ObjectRow>;
function readResult(raw: RawResult, rowMode: "array" | "object", readers: typeof builderReaders): PgliteResult;
function readResult(raw: RawResult, rowMode: "array" | "object", readers: typeof builderReaders): PgliteResult {
  const columns = raw.fields.map(({ name, dataTypeID }) => ({ name, read: readers.get(dataTypeID) }));
  const value = (cell: unknown, read: ((text: string) => unknown) | undefined) =>
    read !== undefined && typeof cell === "string" ? read(cell) : cell;
  const rows = raw.rows.map((cells) =>
    rowMode === "array"
      ? columns.map(({ read }, i) => value(cells[i], read))
      : Object.fromEntries(columns.map(({ name, read }, i) => [name, value(cells[i], read)])),
  );
  return { rows, fields: raw.fields, affectedRows: raw.affectedRows };
}

function closed(cause?: unknown): ApiError {
  return new ApiError("store-closed", "the store is closed", {
    cause,
    fix: "Await all work before closing the store; open it again for more.",
  });
}
