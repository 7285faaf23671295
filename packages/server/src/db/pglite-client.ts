// PGlite in a worker thread, called by messages. The client has the shape of PGlite that drizzle's driver uses.
import { keepPglite } from "./pglite-keeper.ts";
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

/**
 * @param dataDir the database's directory; `memory://` keeps nothing (tests).
 * @param guard throws where the directory is another process's by now
 */
export async function openPgliteClient(dataDir: string, guard?: () => void): Promise<PgliteClient> {
  const keeper = await keepPglite(dataDir, guard);
  let lastTransaction = 0;

  const send = async (operation: string, fields: Record<string, unknown>) => {
    const thread = keeper.thread();
    // Without a turn of the loop while the thread runs: statements arrive in the order in which they were sent.
    return (thread instanceof Promise ? await thread : thread).call(operation, fields);
  };
  /** Within `transaction` of `thread`: another thread, after this one's end, knows nothing of it. */
  const queryable = (ask: typeof send, transaction?: number): PgliteQueryable => ({
    async query(sql, params = [], { rowMode = "object" } = {}) {
      return readResult((await ask("query", { transaction, sql, params })) as RawResult, rowMode, builderReaders);
    },
  });

  return {
    ...queryable(send),
    async together(statements) {
      const results = (await send("together", { statements })) as RawResult[];
      return readResult(results.at(-1)!, "object", builderReaders);
    },
    async transaction(work) {
      const transaction = ++lastTransaction;
      const thread = await keeper.thread();
      await thread.call("begin", { transaction });
      let result: Awaited<ReturnType<typeof work>>;
      try {
        result = await work(queryable(thread.call, transaction));
      } catch (error) {
        await thread.call("rollback", { transaction }).catch(() => undefined);
        throw error;
      }
      await thread.call("commit", { transaction });
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
    close: () => keeper.close(),
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
