// NDJSON through DuckDB: one JSON object a line; types come from the JSON values.
import { DataError } from "../errors.ts";
import type { ColumnType, RejectedRow } from "../table.ts";
import { tolerated } from "./column-types.ts";
import { plainPath } from "./format.ts";
import type { Loaded, ReadContext } from "./loaded.ts";
import { rowNumbersOf } from "./row-numbers.ts";
import { settle } from "./settle.ts";
import { scanText } from "./text-file.ts";

/** Loads the file into the temporary table `loaded`. Throws `not-utf8`, `no-columns`, `file-unreadable`. */
export async function loadNdjson(context: ReadContext): Promise<Loaded> {
  const { duck, path, gzip, types } = context;
  await scanText(
    { path, gzip },
    {
      ...(context.signal === undefined ? {} : { signal: context.signal }),
      onBytes: (bytes) => context.onProgress({ stage: "check", bytes }),
    },
  );
  const plain = await plainPath(path, context.scratch, gzip ? ".ndjson.gz" : ".ndjson");
  // Lines as they stand: U+0001 cannot stand in JSON, so it splits no valid line. An empty line is a NULL.
  await duck.run(
    `CREATE TEMP TABLE lines AS SELECT row_number() OVER () AS line, text FROM read_csv($1, delim = E'\\x01', quote = '', escape = '',
       header = false, auto_detect = false, columns = {'text': 'VARCHAR'}, null_padding = false, strict_mode = false,
       ignore_errors = false, compression = '${gzip ? "gzip" : "none"}', max_line_size = 64000000)`,
    [plain],
  );
  await duck.run(`CREATE TEMP TABLE objects AS SELECT line, text FROM lines
    WHERE CASE WHEN json_valid(text) THEN json_type(text) = 'OBJECT' ELSE false END`);
  const malformed = await duck.rows(
    `SELECT CAST(line AS DOUBLE) AS line, text, json_valid(text) AS valid FROM lines
     WHERE trim(text) <> '' AND line NOT IN (SELECT line FROM objects) ORDER BY line`,
  );
  const keys = await duck.rows(
    `SELECT key FROM (SELECT line, unnest(json_keys(text)) AS key, generate_subscripts(json_keys(text), 1) AS place FROM objects)
     GROUP BY key ORDER BY min(line), arg_min(place, line)`,
  );
  const names = keys.map(({ key }) => String(key));
  const rejected = malformed.map(
    ({ line, text, valid }): RejectedRow => ({
      line: Number(line),
      reason: valid === true ? "the line is not a JSON object" : "the line is not valid JSON",
      text: String(text).slice(0, 500),
    }),
  );
  if (names.length === 0) {
    const first = rejected[0];
    if (first !== undefined)
      throw new DataError(
        "empty-table",
        `"${path}" holds no row that can be used: line ${first.line}: ${first.reason}`,
        "Give one JSON object a line.",
      );
    throw new DataError("no-columns", `"${path}" holds no object with a field`, "Give one JSON object a line.");
  }
  const markers = ["", ...context.missing];
  const missing = markers.map((_, i) => `$${i + 1}`).join(", ");
  const pointers = names.map((name) => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`);
  const at = (i: number): string => `$${markers.length + i + 1}`;
  const columns = names.map((_, i) => {
    const value = `json_extract_string(text, ${at(i)})`;
    return `CASE WHEN ${value} NOT IN (${missing}) THEN ${value} END AS c${i}`;
  });
  await duck.run(`CREATE TEMP TABLE numbered AS SELECT line, text, ${columns.join(", ")} FROM objects`, [
    ...markers,
    ...pointers,
  ]);
  const counts = names.map(
    (_, i) =>
      `{'n': count(c${i}), 'number': count(c${i}) FILTER (WHERE json_type(text, $${i + 1}) IN ('BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE')),
        'boolean': count(c${i}) FILTER (WHERE json_type(text, $${i + 1}) = 'BOOLEAN')} AS k${i}`,
  );
  const [row] = await duck.rows(`SELECT ${counts.join(", ")} FROM numbered`, pointers);
  const kinds = names.map((_, i): ColumnType | undefined => {
    const { n, number, boolean } = row![`k${i}`] as Record<string, string>;
    const enough = Math.max(1, Number(n) - tolerated(Number(n)));
    if (Number(number) >= enough) return "number";
    return Number(boolean) >= enough ? "boolean" : undefined;
  });
  const settled = await settle(
    duck,
    names,
    kinds,
    names.map((name) => types[name]),
  );
  const aside = [...rejected, ...settled.rejected].sort((a, b) => a.line - b.line);
  return { names, notes: [], ...settled, rejected: aside, rowNumbers: rowNumbersOf(settled.kept, aside) };
}
