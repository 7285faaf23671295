// AssemblyScript: the pass over the bytes of a CSV file, sixteen at a time. Built into src/sources/csv-wasm.ts by
// `npm run generate:csv -w @lepta/data`; src/sources/csv-memory.ts calls it.

/** Where the file's first byte stands in the memory; sixteen bytes ahead of it may be read. */
const FILE: usize = 65536;

const QUOTE: i32 = 34;
const LINE_FEED: i32 = 10;
const RETURN: i32 = 13;
/** The longest record that is split, in bytes. */
const LONGEST: i32 = 4_000_000;
/** A longer text with an exponent is looked at as any other. */
const LONG_NUMBER: i32 = 64;

/** Sixteen bytes from `firstBytes + 16 - n` on: the first n are set. From `lastBytes + n` on: the last n are. */
const firstBytes: usize = memory.data<u64>([-1, -1, 0, 0]);
const lastBytes: usize = memory.data<u64>([0, 0, -1, -1]);
/** 10^0 to 10^15. */
const powers: usize = memory.data<f64>([1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15]);

/** Constants of sixteen bytes, which engines load faster than they make them. */
const zeroDigits: usize = memory.data<u64>([0x3030303030303030, 0x3030303030303030]);
const nines: usize = memory.data<u64>([0x0909090909090909, 0x0909090909090909]);
const tens: usize = memory.data<i16>([10, 10, 10, 10, 10, 10, 10, 10]);
const lowBytes: usize = memory.data<i16>([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
const hundreds: usize = memory.data<i16>([100, 1, 100, 1, 100, 1, 100, 1]);
const myriads: usize = memory.data<i16>([10000, 1, 10000, 1, 10000, 1, 10000, 1]);

/** By the place of a point in sixteen bytes: the places of the others, moved to the end. `open` fills it. */
const withoutPoint: usize = memory.data(256, 16);

let end: i32 = 0;
let separator: i32 = 0;
let columns: i32 = 0;
let returns: bool = false;

/** The first free byte of the memory. */
let top: usize = 0;

export let places: usize = 0;
export let begins: usize = 0;
export let numbers: usize = 0;
export let codes: usize = 0;
/** Where the record begins that comes behind those of the last `split`. */
export let next: i32 = 0;

/** What is known of a column. The caller reads all but the slots, by their order. */
@unmanaged
class Column {
  /** Smallest and largest number. */
  low: f64;
  high: f64;
  /** How many different texts there are, and 16 bytes a code (from 1): where it begins and ends, in how many cells. */
  count: u32;
  texts: usize;
  /** Of the records last read: whether a number, and whether a text, is among them. */
  hasNumbers: u32;
  hasTexts: u32;
  room: u32;
  /** Slots of 32 bytes for texts of at most 16: the text, padded with zeros, and its code, 0 where the slot is free. */
  short: usize;
  shortSlots: u32;
  shortUsed: u32;
  /** Slots of 8 bytes for longer texts: the code, 0 where the slot is free, and the hash. */
  long: usize;
  longSlots: u32;
  longUsed: u32;
}

/**
 * Behind a column: how many numbers have a text of 0 to 16 bytes; of those without a point that begin otherwise than with
 * 0, those that begin so, those with a point, and those of them that have three digits behind it and no 0 first.
 */
const LENGTHS: usize = offsetof<Column>();
const LENGTHS_OF_A_KIND: usize = 17 * 4;
export const lengths: usize = LENGTHS;

function allocate(size: usize): usize {
  const start = (top + 15) & ~15;
  top = start + size;
  const pages = <i32>((top + 65535) >>> 16) - memory.size();
  if (pages > 0 && memory.grow(max(pages, memory.size() >> 4)) < 0) unreachable();
  return start;
}

/**
 * Ahead of the first `split`. The file and a line end stand in the memory already, with 80 bytes of room behind.
 * @param most records of one `split`
 */
export function open(size: i32, parts: i32, fields: i32, lineReturns: bool, most: i32): void {
  end = size;
  separator = parts;
  columns = fields;
  returns = lineReturns;
  top = FILE + <usize>size + 80;
  for (let point = 0; point < 16; point++)
    for (let i = 0; i < 16; i++) store<u8>(withoutPoint + (point << 4) + i, i > point ? i : i - 1);
  places = allocate(<usize>most * <usize>fields * 8);
  begins = allocate(<usize>most * 4);
  numbers = allocate(<usize>most * 8);
  codes = allocate(<usize>most * 4);
}

/** A bit for each of 64 bytes that is a control, a quote or the separator. */
// @ts-ignore: decorator
@inline
function marks(at: i32): u64 {
  return sixteen(at) | (sixteen(at + 16) << 16) | (sixteen(at + 32) << 32) | (sixteen(at + 48) << 48);
}

// @ts-ignore: decorator
@inline
function sixteen(at: i32): u64 {
  const bytes = v128.load(at, FILE);
  const found = v128.or(
    v128.or(i8x16.lt_u(bytes, i8x16.splat(14)), i8x16.eq(bytes, i8x16.splat(<i8>QUOTE))),
    i8x16.eq(bytes, i8x16.splat(<i8>separator)),
  );
  return <u64>(<u32>i8x16.bitmask(found));
}

/**
 * Splits up to `most` records from byte `from` on; how many there are, or -1 where one has not as many fields as the
 * header, has a quote inside of a field or text behind a closing quote, where lines end in different ways, and where a
 * NUL stands.
 */
export function split(from: i32, most: i32): i32 {
  const last = columns - 1;
  let count = 0;
  let start = from;
  let first = from;
  let field = 0;
  let place = places;
  let base = from;
  if (from >= end) {
    next = from;
    return 0;
  }
  let found = marks(base);
  while (true) {
    while (found === 0) {
      base += 64;
      found = marks(base);
    }
    let at = base + <i32>ctz(found);
    found &= found - 1;
    let byte: i32 = load<u8>(at, FILE);
    if (byte === separator) {
      if (field === last) return -1;
      store<i32>(place, start);
      store<i32>(place, at, 4);
      place += 8;
      field++;
      start = at + 1;
      continue;
    }
    if (byte === QUOTE) {
      if (at !== start) return -1;
      const close = closingQuote(at + 1);
      if (close === 0) return -1;
      store<i32>(place, close < 0 ? ~(at + 1) : at + 1);
      store<i32>(place, close, 4);
      at = (close < 0 ? ~close : close) + 1;
      byte = load<u8>(at, FILE);
      base = at + 1;
      found = marks(base);
      if (byte === separator) {
        if (field === last) return -1;
        place += 8;
        field++;
        start = at + 1;
        continue;
      }
      if (byte !== LINE_FEED && byte !== RETURN) return -1;
    } else if (byte === LINE_FEED || byte === RETURN) {
      // An empty line is no record where there are many columns.
      if (at === first && last > 0 && isLineEnd(at, byte)) {
        start = at + (returns ? 2 : 1);
        first = start;
        if (start >= end) break;
        if (returns) {
          base = start;
          found = marks(base);
        }
        continue;
      }
      store<i32>(place, start);
      store<i32>(place, at, 4);
    } else {
      if (byte === 0) return -1;
      continue;
    }
    if (field !== last) return -1;
    if (byte === LINE_FEED) {
      if (returns && at !== end) return -1;
      start = at + 1;
    } else {
      if (!isLineEnd(at, byte)) return -1;
      start = at + 2;
      base = start;
      found = marks(base);
    }
    if (start - first > LONGEST) return -1;
    store<i32>(begins + (<usize>count << 2), first);
    place += 8;
    field = 0;
    first = start;
    if (++count === most || start >= end) break;
  }
  next = start;
  return count;
}

/** Whether the line end of this file stands there, the one behind the file left out. */
// @ts-ignore: decorator
@inline
function isLineEnd(at: i32, byte: i32): bool {
  if (!returns) return byte === LINE_FEED;
  return byte === RETURN && load<u8>(at, FILE + 1) === LINE_FEED && at + 1 < end;
}

/** Where the quote stands that closes a field; its complement where doubled quotes come before it, 0 where none does. */
function closingQuote(from: i32): i32 {
  let doubled = false;
  for (let at = from; at < end; at++) {
    const byte: i32 = load<u8>(at, FILE);
    if (byte > QUOTE) continue;
    if (byte === QUOTE) {
      if (load<u8>(at, FILE + 1) !== QUOTE) return doubled ? ~at : at;
      doubled = true;
      at++;
    } else if (byte === 0) return 0;
    else if (byte === RETURN) {
      if (!returns || load<u8>(at, FILE + 1) !== LINE_FEED) return 0;
    } else if (byte === LINE_FEED && returns && load<u8>(at, FILE - 1) !== RETURN) return 0;
  }
  return 0;
}

/** A column that nothing is known of. */
export function addColumn(): Column {
  const size = LENGTHS + 4 * LENGTHS_OF_A_KIND;
  const column = changetype<Column>(allocate(size));
  memory.fill(changetype<usize>(column), 0, size);
  column.shortSlots = 64;
  column.short = cleared(64 * 32);
  column.longSlots = 64;
  column.long = cleared(64 * 8);
  column.room = 64;
  column.texts = allocate(64 * 16);
  column.low = Infinity;
  column.high = -Infinity;
  return column;
}

function cleared(size: usize): usize {
  const start = allocate(size);
  memory.fill(start, 0, size);
  return start;
}

/**
 * Reads a column's fields in the records last split, from record `first` on, into `numbers` (NaN where none stands) and
 * `codes` (0 where a number or nothing does). Ends ahead of a field that is left to the caller, which may be a number of
 * many digits or with an exponent, or has doubled quotes: the record is returned, or `count`.
 */
export function readCells(column: Column, field: i32, first: i32, count: i32): i32 {
  if (first === 0) {
    memory.fill(codes, 0, <usize>count << 2);
    column.hasNumbers = 0;
    column.hasTexts = 0;
  }
  const stride: usize = <usize>columns << 3;
  let place: usize = places + (<usize>field << 3) + <usize>first * stride;
  let low = f64x2.splat(column.low);
  let high = f64x2.splat(column.high);
  let others = 0;
  let hasTexts: u32 = 0;
  let row = first;
  for (; row < count; row++, place += stride) {
    const from = load<i32>(place);
    const to = load<i32>(place, 4);
    const length = to - from;
    // One to sixteen bytes, not to be mended.
    if ((from | (length - 1) | (16 - length)) >= 0) {
      const head: u32 = load<u8>(from, FILE);
      if (head - 43 <= 14) {
        const ours = v128.load(lastBytes + length);
        const figures = v128.and(i8x16.sub(v128.load(to, FILE - 16), v128.load(zeroDigits)), ours);
        const isDigit = i8x16.eq(i8x16.min_u(figures, v128.load(nines)), figures);
        let rest: u32 = i8x16.bitmask(v128.andnot(ours, isDigit));
        let counter = changetype<usize>(column) + (<usize>length << 2);
        if (rest === 0) {
          if (length === 16) break;
          const value = wholeNumber(figures);
          counter += <usize>(head === 48) * LENGTHS_OF_A_KIND;
          store<f64>(numbers + (<usize>row << 3), value);
          store<u32>(counter, load<u32>(counter, LENGTHS) + 1, LENGTHS);
          low = f64x2.pmin(low, f64x2.splat(value));
          high = f64x2.pmax(high, f64x2.splat(value));
          continue;
        }
        const digits = v128.and(figures, isDigit);
        const count = length - <i32>popcnt(rest);
        // A sign stands first.
        if (((head - 43) & ~2) === 0) rest &= rest - 1;
        const point: u32 = ctz(rest | 0x10000);
        if (count > 0 && (rest & (rest - 1)) === 0 && (rest === 0 || load<u8>(to + point, FILE - 16) === 46)) {
          let value = wholeNumber(rest === 0 ? digits : i8x16.swizzle(digits, v128.load(withoutPoint + (point << 4))));
          if (rest !== 0) {
            // Correctly rounded, for both are whole numbers that a double holds (Clinger 1990, "How to read floating
            // point numbers accurately").
            value /= load<f64>(powers + ((15 - point) << 3));
            counter += (2 + (<usize>(point === 12) & <usize>(head !== 48))) * LENGTHS_OF_A_KIND;
          }
          value = reinterpret<f64>(reinterpret<i64>(value) | (<i64>(head === 45) << 63));
          store<f64>(numbers + (<usize>row << 3), value);
          store<u32>(counter, load<u32>(counter, LENGTHS) + 1, LENGTHS);
          low = f64x2.pmin(low, f64x2.splat(value));
          high = f64x2.pmax(high, f64x2.splat(value));
          continue;
        }
      } else {
        others++;
        hasTexts = 1;
        store<f64>(numbers + (<usize>row << 3), NaN);
        store<i32>(codes + (<usize>row << 2), counted(column, shortCode(column, from, length)));
        continue;
      }
    }
    store<f64>(numbers + (<usize>row << 3), NaN);
    if (length !== 0 && !readText(column, row, from, to)) break;
    others++;
  }
  column.low = f64x2.extract_lane(low, 0);
  column.high = f64x2.extract_lane(high, 0);
  if (others < row - first) column.hasNumbers = 1;
  column.hasTexts |= hasTexts;
  return row;
}

/** A field that is no plain number, and not empty; whether it is a text that the caller need not look at. */
function readText(column: Column, row: i32, from: i32, to: i32): bool {
  if (from < 0) return false;
  if (<u32>load<u8>(from, FILE) - 43 <= 14 && mayBeNumber(from, to)) return false;
  setText(column, row, from, to - from);
  return true;
}

/** Of the records last read: 1 where a number is among them, 2 where a text is, 3 for both. */
export function kinds(column: Column): i32 {
  return column.hasNumbers | (column.hasTexts << 1);
}

/** As `readCells`, with numbers as texts too; ends ahead of a field that has doubled quotes. */
export function readTexts(column: Column, field: i32, first: i32, count: i32): i32 {
  const stride: usize = <usize>columns << 3;
  let place: usize = places + (<usize>field << 3) + <usize>first * stride;
  let row = first;
  for (; row < count; row++, place += stride) {
    const from = load<i32>(place);
    const length = load<i32>(place, 4) - from;
    if (from < 0 && length !== 0) break;
    store<i32>(codes + (<usize>row << 2), length === 0 ? 0 : counted(column, textCode(column, from, length)));
  }
  return row;
}

/** The whole number of sixteen decimal digits, the highest first. */
// @ts-ignore: decorator
@inline
function wholeNumber(digits: v128): f64 {
  const pairs = i16x8.add(
    i16x8.mul(v128.and(digits, v128.load(lowBytes)), v128.load(tens)),
    i16x8.shr_u(digits, 8),
  );
  const fours = i32x4.dot_i16x8_s(pairs, v128.load(hundreds));
  const eights = i32x4.dot_i16x8_s(i16x8.narrow_i32x4_u(fours, fours), v128.load(myriads));
  return <f64>(<i64>i32x4.extract_lane(eights, 0) * 100_000_000 + <i64>i32x4.extract_lane(eights, 1));
}

/** Whether the caller should ask if a text is a number: of many digits, or with an exponent. */
function mayBeNumber(from: i32, to: i32): bool {
  const length = to - from;
  if (length > LONG_NUMBER) return false;
  if (length < 16) {
    const bytes = v128.or(v128.load(from, FILE), i8x16.splat(32));
    if ((<u32>i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(101))) & ((1 << length) - 1)) === 0) return false;
  }
  let exponent = false;
  for (let at = from; at < to; at++) {
    const byte: i32 = load<u8>(at, FILE);
    if (<u32>(byte - 48) <= 9 || byte === 46 || byte === 43 || byte === 45) continue;
    if ((byte | 32) !== 101) return false;
    exponent = true;
  }
  return exponent || length >= 16;
}

/** The code, and another cell with it. */
// @ts-ignore: decorator
@inline
function counted(column: Column, code: i32): i32 {
  const text = column.texts + (<usize>code << 4);
  store<i32>(text, load<i32>(text, 8) + 1, 8);
  return code;
}

/** The code of the text of `length` bytes at `from`, 1 and more in order of appearance. */
// @ts-ignore: decorator
@inline
function textCode(column: Column, from: i32, length: i32): i32 {
  return length > 16 ? longCode(column, from, length) : shortCode(column, from, length);
}

/** Of a text of at most sixteen bytes. */
// @ts-ignore: decorator
@inline
function shortCode(column: Column, from: i32, length: i32): i32 {
  const text = v128.and(v128.load(from, FILE), v128.load(firstBytes + 16 - length));
  const last = column.shortSlots - 1;
  let slot = shortHash(text) & last;
  while (true) {
    const at = column.short + (<usize>slot << 5);
    const code = load<i32>(at, 16);
    if (code === 0) return addShort(column, at, text, from, length);
    if (!v128.any_true(v128.xor(v128.load(at), text))) return code;
    slot = (slot + 1) & last;
  }
}

// @ts-ignore: decorator
@inline
function shortHash(text: v128): u32 {
  const low = <u64>i64x2.extract_lane(text, 0);
  const high = <u64>i64x2.extract_lane(text, 1);
  const mixed = (low ^ rotl(high, 29)) * 0x9e3779b97f4a7c15 + high * 0xc2b2ae3d27d4eb4f;
  return <u32>((mixed ^ (mixed >> 29)) * 0xbf58476d1ce4e5b9 >> 32);
}

function addShort(column: Column, slot: usize, text: v128, from: i32, length: i32): i32 {
  const code = addText(column, from, length);
  v128.store(slot, text);
  store<i32>(slot, code, 16);
  // A quarter is taken at most, for a second look costs more than a larger table; of a large table a half.
  column.shortUsed++;
  if (column.shortUsed << (column.shortSlots < 65536 ? 2 : 1) <= column.shortSlots) return code;
  const old = column.short;
  const slots = column.shortSlots;
  const last = 2 * slots - 1;
  const larger = cleared(<usize>slots << 6);
  for (let i: u32 = 0; i < slots; i++) {
    const from = old + (<usize>i << 5);
    const held = load<i32>(from, 16);
    if (held === 0) continue;
    const key = v128.load(from);
    let free = shortHash(key) & last;
    while (load<i32>(larger + (<usize>free << 5), 16) !== 0) free = (free + 1) & last;
    v128.store(larger + (<usize>free << 5), key);
    store<i32>(larger + (<usize>free << 5), held, 16);
  }
  column.short = larger;
  column.shortSlots = 2 * slots;
  return code;
}

function longCode(column: Column, from: i32, length: i32): i32 {
  let mixed: u64 = length;
  let at = from;
  for (; at + 8 <= from + length; at += 8) {
    mixed = (mixed ^ load<u64>(at, FILE)) * 0x9e3779b97f4a7c15;
    mixed ^= mixed >> 32;
  }
  // The last eight, some of them again.
  mixed = (mixed ^ load<u64>(from + length, FILE - 8)) * 0xbf58476d1ce4e5b9;
  const hash = <u32>(mixed >> 32);
  const last = column.longSlots - 1;
  let i = hash & last;
  while (true) {
    const slot = column.long + (<usize>i << 3);
    const code = load<i32>(slot);
    if (code === 0) return addLong(column, slot, hash, from, length);
    if (load<u32>(slot, 4) === hash && isText(column, code, from, length)) return code;
    i = (i + 1) & last;
  }
}

function isText(column: Column, code: i32, from: i32, length: i32): bool {
  const text = column.texts + (<usize>code << 4);
  const known = load<i32>(text);
  if (load<i32>(text, 4) !== known + length) return false;
  for (let i = 0; i + 8 <= length; i += 8) if (load<u64>(known + i, FILE) !== load<u64>(from + i, FILE)) return false;
  return load<u64>(known + length, FILE - 8) === load<u64>(from + length, FILE - 8);
}

function addLong(column: Column, slot: usize, hash: u32, from: i32, length: i32): i32 {
  const code = addText(column, from, length);
  store<i32>(slot, code);
  store<u32>(slot, hash, 4);
  column.longUsed++;
  if (column.longUsed << 2 <= column.longSlots) return code;
  const old = column.long;
  const slots = column.longSlots;
  const last = 2 * slots - 1;
  const larger = cleared(<usize>slots << 4);
  for (let i: u32 = 0; i < slots; i++) {
    const held = load<u64>(old + (<usize>i << 3));
    if (<i32>held === 0) continue;
    let free = <u32>(held >> 32) & last;
    while (load<i32>(larger + (<usize>free << 3)) !== 0) free = (free + 1) & last;
    store<u64>(larger + (<usize>free << 3), held);
  }
  column.long = larger;
  column.longSlots = 2 * slots;
  return code;
}

/** The next code, for the text of `length` bytes at `from`; in no cell yet. */
export function addText(column: Column, from: i32, length: i32): i32 {
  const code = ++column.count;
  if (code === column.room) {
    const larger = allocate(<usize>code << 5);
    memory.copy(larger, column.texts, <usize>code << 4);
    column.texts = larger;
    column.room = 2 * code;
  }
  const text = column.texts + (<usize>code << 4);
  store<i32>(text, from);
  store<i32>(text, from + length, 4);
  store<i32>(text, 0, 8);
  return code;
}

/** A field that the caller looked at has the text of `length` bytes at `from`. */
export function setText(column: Column, row: i32, from: i32, length: i32): void {
  setCode(column, row, textCode(column, from, length));
}

/** A field that the caller looked at has the text with this code. */
export function setCode(column: Column, row: i32, code: i32): void {
  store<i32>(codes + (<usize>row << 2), code);
  counted(column, code);
  column.hasTexts = 1;
}
