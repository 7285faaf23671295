// A CSV file in memory, and its records as the places of their fields.

export interface CsvText {
  /** The file, and behind it a line end and a few bytes more that may be read. */
  readonly bytes: Buffer;
  /** The same bytes. */
  readonly view: DataView;
  /** Where the first record behind the header begins, and where the file ends. */
  readonly start: number;
  readonly end: number;
  readonly separator: number;
  readonly columns: number;
  /** Whether lines end in "\r\n", else in "\n". */
  readonly returns: boolean;
}

export const quote = 34;

/** The longest record that is split, in bytes. */
export const longest = 4_000_000;

/** Fields that are split before any column is looked at: their places stay near the processor. */
const blockFields = 12_000;

export interface Records {
  readonly count: number;
  /** Where the next record begins; beyond the last byte where there is none. */
  readonly next: number;
}

/** Some records of a file. The arrays are valid during the visit alone, and hold more than `count` records' room. */
export interface Block extends Records {
  readonly firstRow: number;
  readonly columns: number;
  /** As `splitRecords` writes them. */
  readonly places: Int32Array;
  readonly begins: Int32Array;
}

/** The records behind the header, in order; ends with undefined where one is not of the kind that is split. */
export function* blocksOf(text: CsvText): Generator<Block | undefined, void> {
  const { columns } = text;
  const most = Math.max(1, Math.min(4096, Math.floor(blockFields / columns)));
  const places = new Int32Array(2 * most * columns);
  const begins = new Int32Array(most);
  let firstRow = 0;
  for (let at = text.start; at < text.end; ) {
    const records = splitRecords(text, at, places, begins);
    if (records === undefined) return yield undefined;
    yield { ...records, firstRow, columns, places, begins };
    firstRow += records.count;
    at = records.next;
  }
}

/**
 * Splits up to `begins.length` records from byte `from` on. Undefined where a record has not as many fields as the
 * header, has a quote inside of a field or text behind a closing quote, where lines end in different ways, and where a
 * NUL stands.
 * @param places two numbers a field, record after record: where it begins and ends, without the quotes around it; both
 *   as their complement (~) where doubled quotes stand in it
 * @param begins where each record begins
 */
export function splitRecords(text: CsvText, from: number, places: Int32Array, begins: Int32Array): Records | undefined {
  const { bytes, end, separator, columns, returns } = text;
  const special = specials(separator);
  const most = begins.length;
  let at = from;
  let k = 0;
  let count = 0;
  while (count < most && at < end) {
    if (columns > 1 && isEmptyLine(text, at)) {
      at += returns ? 2 : 1;
      continue;
    }
    const first = at;
    for (let field = 1; ; field++) {
      let byte = bytes[at]!;
      if (byte === quote) {
        const close = closingQuote(bytes, at + 1, end, returns);
        if (close === 0) return undefined;
        places[k++] = close < 0 ? ~(at + 1) : at + 1;
        places[k++] = close;
        at = (close < 0 ? ~close : close) + 1;
        byte = bytes[at]!;
      } else {
        places[k++] = at;
        while (special[byte] === 0) byte = bytes[++at]!;
        places[k++] = at;
      }
      if (byte === separator) {
        if (field === columns) return undefined;
        at++;
        continue;
      }
      if (field !== columns) return undefined;
      if (byte === 10 && (!returns || at === end)) {
        at++;
        break;
      }
      if (byte !== 13 || !returns || bytes[at + 1] !== 10 || at + 1 === end) return undefined;
      at += 2;
      break;
    }
    if (at - first > longest) return undefined;
    begins[count++] = first;
  }
  return { count, next: at };
}

/** Such a line is no record where there are many columns. */
export function isEmptyLine({ bytes, end, returns }: CsvText, at: number): boolean {
  return returns ? bytes[at] === 13 && bytes[at + 1] === 10 && at + 1 < end : bytes[at] === 10;
}

/** Where the quote stands that closes a field; its complement where doubled quotes come before it, 0 where none does. */
export function closingQuote(bytes: Uint8Array, from: number, end: number, returns: boolean): number {
  let doubled = false;
  for (let at = from; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === quote) {
      if (bytes[at + 1] !== quote) return doubled ? ~at : at;
      doubled = true;
      at++;
    } else if (byte === 0) return 0;
    else if (byte === 13 && !(returns && bytes[at + 1] === 10)) return 0;
    else if (byte === 10 && returns && bytes[at - 1] !== 13) return 0;
  }
  return 0;
}

const tables = new Map<number, Uint8Array>();

/** 1 for each byte that does not just stand in a field without quotes. */
export function specials(separator: number): Uint8Array {
  let table = tables.get(separator);
  if (table === undefined) {
    table = new Uint8Array(256);
    for (const byte of [0, 10, 13, quote, separator]) table[byte] = 1;
    tables.set(separator, table);
  }
  return table;
}

/** The text of a field, by its two places. */
export function fieldText(bytes: Buffer, from: number, to: number): string {
  return from >= 0 ? bytes.toString("utf8", from, to) : bytes.toString("utf8", ~from, ~to).replaceAll('""', '"');
}
