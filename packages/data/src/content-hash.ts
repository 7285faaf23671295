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
  const sorted = [...columns].sort(byName);
  const names = sorted.map(({ name }) => `${name.length}:${name}=`);
  const hashes: string[] = new Array(columns[0]?.data.length ?? 0);
  for (let i = 0; i < hashes.length; i++) {
    let text = "";
    for (let c = 0; c < sorted.length; c++) {
      const value = canonicalValue(sorted[c]!.data[i]!);
      text += value === undefined ? `${names[c]}-` : `${names[c]}${value.length}:${value}`;
    }
    hashes[i] = hashOnce("sha256", text, "hex").slice(0, 32);
  }
  return hashes;
}

/** SHA-256, 64 hex digits. */
export function tableHashOf(columns: readonly Content[], rowHashes: readonly string[]): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([...columns].sort(byName).map(({ name }) => name)));
  for (const rows of inOrder(rowHashes)) hash.update(rows);
  return hash.digest("hex");
}

/** All hashes in ascending order, joined in parts: first by their first four digits, which share them out evenly. */
function* inOrder(rowHashes: readonly string[]): Generator<string> {
  const parts = Array.from({ length: 2 ** 16 }, (): string[] => []);
  for (const hash of rowHashes) parts[Number.parseInt(hash.slice(0, 4), 16)]!.push(hash);
  for (const part of parts) if (part.length > 0) yield part.sort().join("");
}
