// DuckDB behind a thin executor: the only file that knows its client library.
import {
  BOOLEAN,
  DOUBLE,
  DuckDBDataChunk,
  DuckDBDoubleVector,
  DuckDBInstance,
  type DuckDBTimestampValue,
  type DuckDBType,
  TIMESTAMP,
  timestampValue,
  VARCHAR,
} from "@duckdb/node-api";
import duckdb from "@duckdb/node-bindings";

/** A column of a result: doubles with NaN where null, or strings with "" where null. */
export type DuckColumn = Float64Array | string[];

/** A column to load: doubles with NaN where null, or strings with "" where null. */
export interface DuckLoad {
  readonly sqlType: "DOUBLE" | "VARCHAR" | "BOOLEAN" | "TIMESTAMP";
  readonly data: Float64Array | readonly string[];
}

/** Parameters of a statement, $1 first. Values never stand in the SQL text. */
export type DuckParameters = readonly (string | number)[];

/** Some rows of a VARCHAR column as the database lays them out; no text is made before it is asked for. */
export interface TextChunk {
  readonly rows: number;
  /** A bit a row, the lowest first, 0 where the cell is null; undefined where none is. */
  readonly valid: Uint8Array | undefined;
  /**
   * 16 bytes a row: the length in bytes (uint32), then the UTF-8 text padded by zeros where it has `inlineBytes` at
   * most. Valid during the visit alone.
   */
  readonly bytes: Uint8Array;
  /** `bytes` as four words a row. */
  readonly words: Int32Array;
  /** The text of a row that is not null. */
  text(row: number): string;
}

/** A text of at most as many bytes stands in the row itself. */
export const inlineBytes = 12;

export interface Duck {
  run(sql: string, parameters?: DuckParameters): Promise<void>;
  /** For small results: one object a row; 64-bit integers come as strings. */
  rows(sql: string, parameters?: DuckParameters): Promise<Record<string, unknown>[]>;
  /** For large results: whole columns. Every column of the statement must be DOUBLE or VARCHAR. */
  columns(sql: string, parameters?: DuckParameters): Promise<DuckColumn[]>;
  /** For large results: visits the rows in order, chunk by chunk, one `TextChunk` a column. Every column must be VARCHAR. */
  eachText(sql: string, visit: (columns: readonly TextChunk[], firstRow: number) => void): Promise<void>;
  /** Creates a temporary table with columns c0, c1, … and fills it in order. */
  load(name: string, columns: readonly DuckLoad[]): Promise<void>;
  close(): void;
}

const chunkRows = 2048;

/** Opens a database in memory. It reaches no network and loads no extension; `signal` interrupts what is running. */
export async function openDuck(options: { signal?: AbortSignal; threads?: number } = {}): Promise<Duck> {
  const instance = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    ...(options.threads === undefined ? {} : { threads: String(options.threads) }),
  });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  const interrupt = (): void => connection.interrupt();
  options.signal?.addEventListener("abort", interrupt);
  const guard = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } finally {
      options.signal?.throwIfAborted();
    }
  };
  const list = (parameters: DuckParameters): (string | number)[] => [...parameters];

  return {
    async run(sql, parameters = []) {
      await guard(connection.run(sql, list(parameters)));
    },
    async rows(sql, parameters = []) {
      const reader = await guard(connection.runAndReadAll(sql, list(parameters)));
      return reader.getRowObjectsJson();
    },
    async columns(sql, parameters = []) {
      const result = await guard(connection.run(sql, list(parameters)));
      return collect(await guard(result.fetchAllChunks()), result.columnCount);
    },
    async eachText(sql, visit) {
      const result = await guard(connection.stream(sql));
      const { columnCount } = result;
      for (let firstRow = 0; ; ) {
        const chunk = await guard(result.fetchChunk());
        if (chunk === null || chunk.rowCount === 0) break;
        const { rowCount } = chunk;
        visit(
          Array.from({ length: columnCount }, (_, c) => textChunk(chunk, c, rowCount)),
          firstRow,
        );
        firstRow += rowCount;
      }
    },
    async load(name, columns) {
      const types = columns.map(({ sqlType }) => sqlTypes[sqlType]);
      await connection.run(`CREATE TEMP TABLE ${name} (${columns.map((c, i) => `c${i} ${c.sqlType}`).join(", ")})`);
      const appender = await connection.createAppender(name);
      const rowCount = columns[0]?.data.length ?? 0;
      for (let start = 0; start < rowCount; start += chunkRows) {
        const end = Math.min(rowCount, start + chunkRows);
        const chunk = DuckDBDataChunk.create(types);
        chunk.setColumns(columns.map((column) => slice(column, start, end)));
        appender.appendDataChunk(chunk);
        options.signal?.throwIfAborted();
      }
      appender.closeSync();
    },
    close() {
      options.signal?.removeEventListener("abort", interrupt);
      connection.closeSync();
      instance.closeSync();
    },
  };
}

const sqlTypes: Record<DuckLoad["sqlType"], DuckDBType> = { DOUBLE, VARCHAR, BOOLEAN, TIMESTAMP };

type Loadable = number | string | boolean | DuckDBTimestampValue | null;

function slice(column: DuckLoad, start: number, end: number): Loadable[] {
  if (!(column.data instanceof Float64Array)) return column.data.slice(start, end).map((value) => value || null);
  return Array.from(column.data.subarray(start, end), (value): Loadable => {
    if (Number.isNaN(value)) return null;
    if (column.sqlType === "BOOLEAN") return value !== 0;
    return column.sqlType === "TIMESTAMP" ? timestampValue(BigInt(Math.round(value)) * 1000n) : value;
  });
}

function textChunk(chunk: DuckDBDataChunk, column: number, rows: number): TextChunk {
  const vector = duckdb.data_chunk_get_vector(chunk.chunk, column);
  const data = duckdb.vector_get_data(vector, rows * 16);
  const bytes = Buffer.from(data.buffer, data.byteOffset, rows * 16);
  // Null where every cell is there; the types of the client do not say so.
  const valid: Uint8Array | null = duckdb.vector_get_validity(vector, Math.ceil(rows / 64) * 8);
  const words = new Int32Array(data.buffer, data.byteOffset, rows * 4);
  return {
    rows,
    valid: valid ?? undefined,
    bytes,
    words,
    text(row) {
      const length = words[row * 4]!;
      if (length <= inlineBytes) return bytes.toString("utf8", row * 16 + 4, row * 16 + 4 + length);
      return String(chunk.getColumnVector(column).getItem(row));
    },
  };
}

function collect(chunks: readonly DuckDBDataChunk[], columnCount: number): DuckColumn[] {
  const rowCount = chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0);
  return Array.from({ length: columnCount }, (_, c): DuckColumn => {
    const isDouble = chunks[0]?.getColumnVector(c) instanceof DuckDBDoubleVector;
    const column: DuckColumn = isDouble ? new Float64Array(rowCount) : new Array<string>(rowCount);
    let at = 0;
    for (const chunk of chunks) {
      const vector = chunk.getColumnVector(c);
      // Asked once: it is a call into the database.
      const { rowCount: rows } = chunk;
      for (let i = 0; i < rows; i++, at++) {
        const value = vector.getItem(i);
        if (column instanceof Float64Array) column[at] = value === null ? Number.NaN : Number(value);
        else column[at] = value === null ? "" : String(value);
      }
    }
    return column;
  });
}
