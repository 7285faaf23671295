// Different texts of a column by their bytes: most columns of words repeat theirs, and a string is made of each once.
import { fieldText } from "./csv-text.ts";

/** A text of at most as many bytes stands in the table itself; a longer one is looked up in the file. */
const inline = 11;

/** The four bytes with the highest three, two, one left out; none. */
const lowest = Int32Array.of(0, 0xff, 0xffff, 0xffffff);

/**
 * Gives each different text a code, from 1, in order of appearance. The texts are places in the file, so nothing is
 * copied; those that have doubled quotes are strings at once. Behind the file's end 11 bytes are read.
 */
export class ByteWords {
  /** What `read` found. */
  found = 0;
  /** Four numbers a slot: a code, 0 where the slot is free, and the text's bytes with its length in the highest byte. */
  #short = new Int32Array(4 * 64);
  /** Two numbers a slot: a code, 0 where the slot is free, and the hash of its text. */
  #long = new Int32Array(2 * 64);
  #longCodes = 0;
  /** By code: where the text begins, and its length in bytes, -1 for a string. */
  #starts = new Int32Array(64);
  #lengths = new Int32Array(64);
  #codes = 0;
  readonly #strings = new Map<string, number>();
  readonly #bytes: Buffer;
  readonly #view: DataView;

  constructor(bytes: Buffer, view: DataView) {
    this.#bytes = bytes;
    this.#view = view;
  }

  /** The code of the text of `length` bytes at `start`. */
  codeOf(start: number, length: number): number {
    if (length > inline) return this.#longCode(start, length);
    const view = this.#view;
    const a = view.getInt32(start, true);
    const b = view.getInt32(start + 4, true);
    const c = view.getInt32(start + 8, true);
    const head = length << 24;
    if (length < 4) return this.#shortCode(start, length, a & lowest[length]!, 0, head);
    if (length < 8) return this.#shortCode(start, length, a, b & lowest[length & 3]!, head);
    return this.#shortCode(start, length, a, b, (c & lowest[length & 3]!) | head);
  }

  /**
   * Where the field ends that begins at `start`: at the first special byte. Its code is in `found`.
   * @param separators the separator, four times
   * @param special 1 for each byte that ends a field
   */
  read(start: number, separators: number, special: Uint8Array): number {
    const view = this.#view;
    let a = view.getInt32(start, true);
    let b = 0;
    let c = 0;
    let length = 0;
    let ends = endsIn(a, separators);
    if (ends !== 0) {
      length = firstByte(ends);
      a &= lowest[length]!;
      c = length << 24;
    } else {
      b = view.getInt32(start + 4, true);
      ends = endsIn(b, separators);
      if (ends !== 0) {
        length = firstByte(ends);
        b &= lowest[length]!;
        length += 4;
        c = length << 24;
      } else {
        c = view.getInt32(start + 8, true);
        ends = endsIn(c, separators);
        if (ends !== 0) {
          length = firstByte(ends);
          c &= lowest[length]!;
          length += 8;
          c |= length << 24;
        }
      }
    }
    const bytes = this.#bytes;
    let at = start + length;
    if (ends === 0 || special[bytes[at]!] === 0) {
      while (special[bytes[at]!] === 0) at++;
      this.found = this.codeOf(start, at - start);
    } else this.found = this.#shortCode(start, length, a, b, c);
    return at;
  }

  /** The code of a text that has a quote in it. */
  codeOfQuoted(text: string): number {
    let code = this.#strings.get(text);
    if (code === undefined) {
      code = this.#add(0, -1);
      this.#strings.set(text, code);
    }
    return code;
  }

  /** By code, "" ahead of all. */
  texts(): string[] {
    const texts = new Array<string>(this.#codes + 1).fill("");
    for (let code = 1; code <= this.#codes; code++) {
      const start = this.#starts[code]!;
      const length = this.#lengths[code]!;
      if (length >= 0) texts[code] = fieldText(this.#bytes, start, start + length);
    }
    for (const [text, code] of this.#strings) texts[code] = text;
    return texts;
  }

  /** @param c its highest byte is the length */
  #shortCode(start: number, length: number, a: number, b: number, c: number): number {
    const slots = this.#short;
    const mask = slots.length - 1;
    for (let slot = (4 * hashOf(a, b, c)) & mask; ; slot = (slot + 4) & mask) {
      if (slots[slot + 3] === c && slots[slot + 1] === a && slots[slot + 2] === b) return slots[slot]!;
      if (slots[slot] === 0) return this.#addShort(slot, start, length, a, b, c);
    }
  }

  #addShort(slot: number, start: number, length: number, a: number, b: number, c: number): number {
    const added = this.#add(start, length);
    this.#short.set([added, a, b, c], slot);
    // A quarter is taken at most, for a second look costs more than a larger table.
    if (16 * (this.#codes - this.#longCodes) > this.#short.length) this.#growShort();
    return added;
  }

  #growShort(): void {
    const old = this.#short;
    const slots = new Int32Array(2 * old.length);
    const mask = slots.length - 1;
    for (let from = 0; from < old.length; from += 4) {
      if (old[from] === 0) continue;
      let slot = (4 * hashOf(old[from + 1]!, old[from + 2]!, old[from + 3]!)) & mask;
      while (slots[slot] !== 0) slot = (slot + 4) & mask;
      slots.set(old.subarray(from, from + 4), slot);
    }
    this.#short = slots;
  }

  #longCode(start: number, length: number): number {
    const view = this.#view;
    const whole = start + (length & ~3);
    const rest = lowest[length & 3]!;
    const last = view.getInt32(whole, true) & rest;
    let hash = length;
    for (let at = start; at < whole; at += 4) hash = mixed(hash ^ view.getInt32(at, true));
    hash = finished(mixed(hash ^ last));
    const slots = this.#long;
    const mask = slots.length - 1;
    for (let slot = (2 * hash) & mask; ; slot = (slot + 2) & mask) {
      const code = slots[slot]!;
      if (code === 0) {
        const added = this.#add(start, length);
        slots[slot] = added;
        slots[slot + 1] = hash;
        if (4 * ++this.#longCodes > slots.length) this.#growLong();
        return added;
      }
      if (slots[slot + 1] !== hash || this.#lengths[code] !== length) continue;
      const known = this.#starts[code]! - start;
      let at = start;
      while (at < whole && view.getInt32(at, true) === view.getInt32(at + known, true)) at += 4;
      if (at >= whole && (view.getInt32(whole + known, true) & rest) === last) return code;
    }
  }

  #growLong(): void {
    const old = this.#long;
    const slots = new Int32Array(2 * old.length);
    const mask = slots.length - 1;
    for (let from = 0; from < old.length; from += 2) {
      if (old[from] === 0) continue;
      let slot = (2 * old[from + 1]!) & mask;
      while (slots[slot] !== 0) slot = (slot + 2) & mask;
      slots[slot] = old[from]!;
      slots[slot + 1] = old[from + 1]!;
    }
    this.#long = slots;
  }

  #add(start: number, length: number): number {
    const code = ++this.#codes;
    if (code === this.#starts.length) {
      this.#starts = twice(this.#starts);
      this.#lengths = twice(this.#lengths);
    }
    this.#starts[code] = start;
    this.#lengths[code] = length;
    return code;
  }
}

/**
 * The highest bit of the first byte of four that is a line end or another control, a quote or the separator; bits above
 * it may be set, too.
 */
function endsIn(word: number, separators: number): number {
  const quotes = word ^ 0x22222222;
  const parts = word ^ separators;
  return (
    (((word - 0x0e0e0e0e) & ~word) | ((quotes - 0x01010101) & ~quotes) | ((parts - 0x01010101) & ~parts)) & 0x80808080
  );
}

/** The place, from 0, of the lowest byte that has a bit. */
function firstByte(bits: number): number {
  return (31 - Math.clz32(bits & -bits)) >> 3;
}

function hashOf(a: number, b: number, c: number): number {
  return finished((Math.imul(a, 0x9e3779b1) + Math.imul(b, 0x85ebca6b) + Math.imul(c, 0xc2b2ae35)) | 0);
}

function mixed(word: number): number {
  const product = Math.imul(word, 0x9e3779b1);
  return product ^ (product >>> 15);
}

function finished(hash: number): number {
  const product = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return product ^ (product >>> 13);
}

function twice(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}
