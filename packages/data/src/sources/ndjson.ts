// NDJSON through DuckDB: one JSON object a line, every field as text, and which columns hold JSON strings.
import type { Duck } from "../duck.ts";
import { DataError } from "../errors.ts";
import type { SourceKind } from "../reading/raw-column.ts";
import type { RejectedRow } from "../table.ts";
import { duckLoaded } from "./duck-loaded.ts";
import { plainPath } from "./format.ts";
import type { Loaded, ReadContext } from "./loaded.ts";
import { scanText } from "./text-file.ts";

/** Columns of one statement: DuckDB plans thousands of expressions slowly. */
const together = 100;

/** Throws `not-utf8`, `no-columns`, `file-unreadable`. */
export async function loadNdjson(context: ReadContext): Promise<Loaded> {
  const { path, gzip } = context;
  await scanText(
    { path, gzip },
    {
      ...(context.signal === undefined ? {} : { signal: context.signal }),
      onBytes: (bytes) => context.onProgress({ stage: "check", bytes }),
    },
  );
  const plain = await plainPath(path, context.scratch, gzip ? ".ndjson.gz" : ".ndjson");
  context.onProgress({ stage: "read" });
  const duck = await context.duck();
  // Lines as they stand: U+0001 cannot stand in JSON, so it splits no valid line. An empty line is a NULL.
  await duck.run(
    `CREATE TEMP TABLE lines AS SELECT row_number() OVER () AS line, text FROM read_csv($1, delim = E'\\x01', quote = '', escape = '',
       header = false, auto_detect = false, columns = {'text': 'VARCHAR'}, null_padding = false, strict_mode = false,
       ignore_errors = false, compression = '${gzip ? "gzip" : "none"}', max_line_size = 64000000)`,
    [plain],
  );
  await duck.run(`CREATE TEMP TABLE objects AS SELECT line, text FROM lines
    WHERE CASE WHEN json_valid(text) THEN json_type(text) = 'OBJECT' ELSE false END ORDER BY line`);
  const rejected = await malformedLines(duck);
  const names = await keysOf(duck);
  if (names.length === 0) throw withoutField(path, rejected[0]);
  const pointers = names.map((name) => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`);
  const paths = `[${names.map((_, i) => `$${i + 1}`).join(", ")}]`;
  // Each text is taken apart once, whatever the number of its fields.
  await duck.run(
    `CREATE TEMP TABLE fields AS SELECT line, text, json_extract_string(text, ${paths}) AS v, json_type(text, ${paths}) AS k FROM objects ORDER BY line`,
    pointers,
  );
  const kinds = await kindsOf(duck, names.length);
  // A number is written as the CSV of the same table has it: 3, not 3.0.
  const columns = names.map(
    (_, i) =>
      `CASE WHEN k[${i + 1}] = 'DOUBLE' AND ends_with(v[${i + 1}], '.0') THEN v[${i + 1}][:-3] ELSE nullif(v[${i + 1}], '') END AS c${i}`,
  );
  await duck.run(`CREATE TEMP TABLE loaded AS SELECT line, text, ${columns.join(", ")} FROM fields ORDER BY line`);
  return await duckLoaded(duck, {
    names,
    kinds,
    native: names.map(() => false),
    rejected,
    notes: [],
    lines: async () => (await duck.columns("SELECT CAST(line AS DOUBLE) FROM loaded"))[0] as Float64Array,
    texts: async (rows) =>
      rows.length === 0
        ? []
        : ((
            await duck.columns(
              `SELECT substr(text, 1, 500) FROM loaded WHERE rowid IN (${rows.join(", ")}) ORDER BY rowid`,
            )
          )[0] as string[]),
  });
}

async function malformedLines(duck: Duck): Promise<RejectedRow[]> {
  const malformed = await duck.rows(
    `SELECT CAST(line AS DOUBLE) AS line, text, json_valid(text) AS valid FROM lines
     WHERE trim(text) <> '' AND line NOT IN (SELECT line FROM objects) ORDER BY line`,
  );
  return malformed.map(({ line, text, valid }) => ({
    line: Number(line),
    reason: valid === true ? "the line is not a JSON object" : "the line is not valid JSON",
    text: String(text).slice(0, 500),
  }));
}

/** Names of fields, in the order in which the file has them first. */
async function keysOf(duck: Duck): Promise<string[]> {
  const keys = await duck.rows(
    `SELECT key FROM (SELECT line, unnest(json_keys(text)) AS key, generate_subscripts(json_keys(text), 1) AS place FROM objects)
     GROUP BY key ORDER BY min(line), arg_min(place, line)`,
  );
  return keys.map(({ key }) => String(key));
}

/** "string" for a column most of whose values are JSON strings: their digits are codes. Others are read as a CSV's. */
async function kindsOf(duck: Duck, columns: number): Promise<SourceKind[]> {
  const kinds: SourceKind[] = [];
  for (let start = 0; start < columns; start += together) {
    const places = Array.from({ length: Math.min(together, columns - start) }, (_, i) => start + i);
    const counts = places.map(
      (i) =>
        `CAST(count(*) FILTER (WHERE k[${i + 1}] = 'VARCHAR') AS DOUBLE) AS s${i}, CAST(count(*) FILTER (WHERE k[${i + 1}] IS NOT NULL AND k[${i + 1}] <> 'NULL') AS DOUBLE) AS n${i}`,
    );
    const [row] = await duck.rows(`SELECT ${counts.join(", ")} FROM fields`);
    kinds.push(...places.map((i) => (Number(row?.[`s${i}`]) > Number(row?.[`n${i}`]) / 2 ? "string" : undefined)));
  }
  return kinds;
}

function withoutField(path: string, first: RejectedRow | undefined): DataError {
  return first === undefined
    ? new DataError("no-columns", `"${path}" holds no object with a field`, "Give one JSON object a line.")
    : new DataError(
        "empty-table",
        `"${path}" holds no row that can be used: line ${first.line}: ${first.reason}`,
        "Give one JSON object a line.",
      );
}
