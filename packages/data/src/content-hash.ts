// Hashes of a table's content: one a row, and one for the whole.
//
// A row's text is, for each column in order of name: the name, then "-" where the value is missing, else the value's
// length and the value. A number is written in its shortest decimal form that reads back equal (JavaScript's, with -0
// as 0), a boolean as 0 or 1, a timestamp as its milliseconds since 1970. Hence the hash depends on names and values
// only: not on the file's format, the order of columns or rows, or whether the value 3 is held as a number or as a
// category. A row's hash is the first 128 bits of the SHA-256 of that text; the table's is the SHA-256 of its column
// names and its sorted row hashes, so repeated rows count.
import { createHash, hash as hashOnce } from "node:crypto";

/** A column as far as its content goes. */
interface Content {
  readonly name: string;
  readonly data: ArrayLike<number | string>;
}

const byName = (a: Content, b: Content): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** One value's canonical text, without its length; undefined where it is missing. */
export function canonicalValue(value: number | string): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  return Number.isNaN(value) ? undefined : String(value === 0 ? 0 : value);
}

/** One hash a row, 32 hex digits. */
export function rowHashesOf(columns: readonly Content[]): string[] {
  const texts = [...columns].sort(byName).map(({ name, data }) => fieldTexts(`${name.length}:${name}=`, data));
  const hashes: string[] = new Array(columns[0]?.data.length ?? 0);
  for (let i = 0; i < hashes.length; i++) {
    let text = "";
    for (const textAt of texts) text += textAt(i);
    hashes[i] = hashOnce("sha256", text, "hex").slice(0, 32);
  }
  return hashes;
}

/** Most different strings of a column whose texts are kept. */
const keptTexts = 10_000;

/** The part of a row's text that a column has. */
function fieldTexts(name: string, data: Content["data"]): (row: number) => string {
  const textOf = (value: number | string): string => {
    const text = canonicalValue(value);
    return text === undefined ? `${name}-` : `${name}${text.length}:${text}`;
  };
  if (typeof data[0] !== "string") return (row) => textOf(data[row]!);
  const known = new Map<number | string, string>();
  return (row) => {
    const value = data[row]!;
    let text = known.get(value);
    if (text === undefined) {
      text = textOf(value);
      if (known.size < keptTexts) known.set(value, text);
    }
    return text;
  };
}

/** SHA-256, 64 hex digits. */
export function tableHashOf(columns: readonly Content[], rowHashes: readonly string[]): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([...columns].sort(byName).map(({ name }) => name)));
  for (const rows of inOrder(rowHashes)) hash.update(rows);
  return hash.digest("hex");
}

/** All hashes in ascending order, joined in parts: dealt out by their first four digits, then sorted among themselves. */
function* inOrder(rowHashes: readonly string[]): Generator<string> {
  const count = rowHashes.length;
  /** Where the hashes of each beginning end; while they are dealt out, where the next one goes. */
  const ends = new Int32Array(2 ** 16 + 1);
  const heads = Uint16Array.from(rowHashes, (hash) => Number.parseInt(hash.slice(0, 4), 16));
  for (const head of heads) ends[head + 1]!++;
  for (let head = 1; head < ends.length; head++) ends[head]! += ends[head - 1]!;
  const ordered = new Array<string>(count);
  for (let row = 0; row < count; row++) ordered[ends[heads[row]!]!++] = rowHashes[row]!;
  for (let head = 0, start = 0; head < 2 ** 16; start = ends[head++]!) sortRange(ordered, start, ends[head]!);
  for (let start = 0; start < count; start += 4096) yield ordered.slice(start, start + 4096).join("");
}

/** By insertion: some fifteen of a million have one beginning. Many equal ones, or sorted ones, cost no more. */
function sortRange(items: string[], start: number, end: number): void {
  for (let i = start + 1; i < end; i++) {
    const item = items[i]!;
    let at = i;
    for (; at > start && items[at - 1]! > item; at--) items[at] = items[at - 1]!;
    items[at] = item;
  }
}
