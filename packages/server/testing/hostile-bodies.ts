// Bodies just under the limit of 4 MiB that are small to write and large to look at, for every route that reads one.
import { gzipSync } from "node:zlib";

interface HostileBody {
  name: string;
  path: string;
  body: string | Uint8Array;
  headers?: Record<string, string>;
}

const limit = 4 * 2 ** 20;

/** As many of the items as fit, between the two ends. */
function filled(begin: string, end: string, item: (i: number) => string): string {
  const parts: string[] = [];
  let size = begin.length + end.length;
  for (let i = 0; ; i++) {
    const next = item(i);
    size += next.length + 1;
    if (size > limit) break;
    parts.push(next);
  }
  return begin + parts.join(",") + end;
}
const rows = (count: number, row: string) => `{"rows":[${Array(count).fill(`{"row":${row}}`).join(",")}]}`;
const fields = (count: number, name = "f") =>
  `{${Array.from({ length: count }, (_, i) => `"${name}${i}":1`).join(",")}}`;

/** @param row one that the product takes. */
export function hostileBodies(row: Readonly<Record<string, unknown>>): HostileBody[] {
  const predict = "/v1/products/credit/predictions";
  const infer = "/v2/models/credit/infer";
  const feedback = "/v1/products/credit/feedback";
  const usage = "/v1/usage/events";
  const tensor = (data: string) => `{"inputs":[{"name":"age","shape":[1],"datatype":"FP64","data":[${data}]}]}`;
  const [tensorBegin, tensorEnd] = tensor("|").split("|") as [string, string];
  const event = `{"specversion":"1.0","id":"a","source":"/a","type":"dev.lepta.prediction"`;
  return [
    { name: "empty inputs", path: infer, body: filled('{"inputs":[', "]}", () => "{}") },
    { name: "inputs within bounds", path: infer, body: `{"inputs":[${Array(20_000).fill("{}").join(",")}]}` },
    { name: "empty objects as data", path: infer, body: filled(tensorBegin, tensorEnd, () => "{}") },
    { name: "empty lists as data", path: infer, body: filled(tensorBegin, tensorEnd, () => "[]") },
    { name: "numbers as data", path: infer, body: filled(tensorBegin, tensorEnd, () => "1") },
    { name: "one list in the data", path: infer, body: filled(`${tensorBegin}[`, `]${tensorEnd}`, () => "1") },
    {
      name: "unknown tensors",
      path: infer,
      body: filled(
        '{"inputs":[',
        "]}",
        (i) => `{"name":"${"n".repeat(150)}${i}","shape":[1],"datatype":"FP64","data":[1]}`,
      ),
    },
    { name: "parameters", path: infer, body: filled('{"inputs":[],"parameters":{', "}}", (i) => `"p${i}":1`) },
    { name: "outputs", path: infer, body: filled('{"inputs":[{}],"outputs":[', "]}", () => '{"name":""}') },
    {
      name: "zeros, compressed",
      path: infer,
      body: gzipSync(Buffer.alloc(2 ** 28)),
      headers: { "content-encoding": "gzip" },
    },
    { name: "unknown fields of a row", path: predict, body: filled('{"row":{', "}}", (i) => `"k${i}":1`) },
    {
      name: "20,000 unknown fields, again and again",
      path: predict,
      body: `{"rows":[${Array.from({ length: 14 }, (_, i) => `{"row":${fields(20_000, `${i}_`)}}`).join(",")}]}`,
    },
    { name: "1,000 rows of 400 unknown fields", path: predict, body: rows(1000, fields(400)) },
    { name: "220 rows of 2,000 unknown fields", path: predict, body: rows(220, fields(2000)) },
    { name: "objects for rows", path: predict, body: filled('{"rows":[', "]}", () => "{}") },
    { name: "numbers for rows", path: predict, body: filled('{"rows":[', "]}", () => "1") },
    {
      name: "fields beside the row",
      path: predict,
      body: filled(`{"row":${JSON.stringify(row)},`, "}", (i) => `"k${i}":1`),
    },
    { name: "values that are lists", path: predict, body: filled('{"row":{"age":[', "]}}", () => "1") },
    { name: "a long string", path: predict, body: `{"row":{"age":"${"x".repeat(limit - 100)}"}}` },
    { name: "a long name", path: predict, body: `{"row":{"${"x".repeat(limit - 100)}":1}}` },
    { name: "escapes", path: predict, body: `{"row":{"age":"${"\\u0041".repeat(690_000)}"}}` },
    { name: "lists in lists", path: predict, body: `{"row":{"age":${"[".repeat(2_000_000)}${"]".repeat(2_000_000)}}}` },
    { name: "objects in objects", path: predict, body: `${'{"a":'.repeat(600_000)}1${"}".repeat(600_000)}` },
    { name: "1,000 rows that are right", path: predict, body: rows(1000, JSON.stringify(row)) },
    { name: "feedback of empty objects", path: feedback, body: filled('{"feedback":[', "]}", () => "{}") },
    {
      name: "a long label",
      path: feedback,
      body: `{"prediction":"01a20ef0-d0ab-7052-bfe9-64ecefa84c0a","label":"${"x".repeat(limit - 200)}"}`,
    },
    { name: "usage of empty objects", path: usage, body: filled("[", "]", () => "{}") },
    {
      name: "usage, 1,000 of another type",
      path: usage,
      body: `[${Array(1000).fill('{"specversion":"2.0"}').join(",")}]`,
    },
    { name: "usage attributes", path: usage, body: filled(`${event},`, "}", (i) => `"k${i}":1`) },
    { name: "scopes", path: "/v1/keys", body: filled('{"name":"x","scopes":[', "]}", () => '"p"') },
    { name: "names of an invoice", path: "/v1/invoices", body: filled("{", "}", (i) => `"k${i}":1`) },
    { name: "objects of one name each", path: "/v1/keys", body: filled("[", "]", (i) => `{"k${i}":1}`) },
    { name: "a list for a repository", path: "/v2/repository/index", body: filled("[", "]", () => "1") },
  ];
}
