// Parses JSON text of some megabytes without holding up the event loop: what is inside is counted first, and large
// lists and objects are parsed a piece at a time.
import { setImmediate as turn } from "node:timers/promises";
import { ApiError } from "@lepta/api";

/** What a body may hold. Honest ones stay far below: 1,000 rows of 2,000 fields are 2,001 objects. */
export const jsonBounds = {
  /** Levels of lists and objects inside each other. */
  depth: 64,
  objects: 50_000,
  lists: 500_000,
  /** Names of one object. */
  names: 20_000,
} as const;

/** Characters that are parsed at once: a few milliseconds at most. */
const piece = 64 * 1024;
/** Text so short can hold nothing that takes long. */
const short = 4096;
/** Milliseconds of parsing between two turns of the event loop. */
const stretchMs = 8;

/** @throws SyntaxError where it is no JSON; ApiError invalid-request beyond `jsonBounds`. */
export async function parseJsonText(text: string): Promise<unknown> {
  if (text.length <= short) return JSON.parse(text);
  const outline = outlineOf(text);
  if (text.length <= piece) return JSON.parse(text);
  await turn();
  return new Pieces(text, outline).read();
}

/**
 * Large lists and objects of a text, by where they begin. `cuts` are commas of their own level: between two of them lie
 * either small items alone or one large one.
 */
type Outline = ReadonlyMap<number, { end: number; cuts: readonly number[] }>;

const code = { quote: 34, backslash: 92, comma: 44, openList: 91, closeList: 93, open: 123, close: 125 } as const;

interface Open {
  start: number;
  commas: number;
  lastComma: number;
  cuts: number[];
  /** From here on a comma is a cut. */
  nextCut: number;
}

/** One pass over the text, which counts and measures. */
function outlineOf(text: string): Outline {
  const outline = new Map<number, { end: number; cuts: number[] }>();
  const open: Open[] = [];
  let top: Open | undefined;
  let inObject = false;
  let objects = 0;
  let lists = 0;
  for (let i = 0; i < text.length; i++) {
    const at = text.charCodeAt(i);
    if (at === code.quote) {
      i = endOfString(text, i);
    } else if (at === code.comma) {
      if (!top) continue;
      top.commas += 1;
      top.lastComma = i;
      if (inObject && top.commas >= jsonBounds.names) throw tooMuch(`an object of more than ${jsonBounds.names} names`);
      if (i < top.nextCut) continue;
      top.cuts.push(i);
      top.nextCut = i + piece / 2;
    } else if (at === code.open || at === code.openList) {
      if (at === code.open) objects += 1;
      else lists += 1;
      if (objects > jsonBounds.objects) throw tooMuch(`more than ${jsonBounds.objects} objects`);
      if (lists > jsonBounds.lists) throw tooMuch(`more than ${jsonBounds.lists} lists`);
      if (open.length === jsonBounds.depth) throw tooMuch(`more than ${jsonBounds.depth} levels`);
      top = { start: i, commas: 0, lastComma: -1, cuts: [], nextCut: i + piece / 2 };
      inObject = at === code.open;
      open.push(top);
    } else if (at === code.close || at === code.closeList) {
      const closed = open.pop();
      if (!closed || inObject !== (at === code.close)) throw new SyntaxError(`unexpected bracket at position ${i}`);
      top = open.at(-1);
      inObject = top !== undefined && text.charCodeAt(top.start) === code.open;
      if (i - closed.start <= piece) continue;
      outline.set(closed.start, { end: i, cuts: closed.cuts });
      if (!top) continue;
      // A large item stands alone: the comma before it is a cut, and so is the one after it.
      if (top.lastComma >= 0 && top.cuts.at(-1) !== top.lastComma) top.cuts.push(top.lastComma);
      top.nextCut = i;
    }
  }
  if (open.length > 0) throw new SyntaxError("unexpected end");
  return outline;
}

function endOfString(text: string, start: number): number {
  for (let i = start + 1; ; i++) {
    i = text.indexOf('"', i);
    if (i < 0) throw new SyntaxError("a string without an end");
    let slashes = 0;
    while (text.charCodeAt(i - 1 - slashes) === code.backslash) slashes += 1;
    if (slashes % 2 === 0) return i;
  }
}

class Pieces {
  readonly #text: string;
  readonly #outline: Outline;
  #since = performance.now();

  constructor(text: string, outline: Outline) {
    this.#text = text;
    this.#outline = outline;
  }

  read(): Promise<unknown> {
    return this.#item(0, this.#text.length, "");
  }

  /** The lone value between two places. */
  async #item(from: number, to: number, what: string): Promise<unknown> {
    const start = this.#next(from);
    const large = this.#outline.get(start);
    if (!large) return this.#parse(this.#text.slice(from, to));
    if (this.#next(large.end + 1) < to) throw new SyntaxError(`unexpected text at position ${large.end + 1}${what}`);
    return this.#text.charCodeAt(start) === code.open
      ? await this.#object(start, large.end, large.cuts)
      : await this.#list(start, large.end, large.cuts);
  }

  async #list(start: number, end: number, cuts: readonly number[]): Promise<unknown[]> {
    const list: unknown[] = [];
    for (const [from, to] of spans(start, end, cuts)) {
      if (this.#outline.has(this.#next(from))) list.push(await this.#item(from, to, " of a list"));
      else for (const item of (await this.#parse(`[${this.#some(from, to, cuts)}]`)) as unknown[]) list.push(item);
    }
    return list;
  }

  async #object(start: number, end: number, cuts: readonly number[]): Promise<Record<string, unknown>> {
    const object: Record<string, unknown> = {};
    for (const [from, to] of spans(start, end, cuts)) {
      const value = this.#valueOf(from);
      const part = (
        this.#outline.has(value)
          ? { [JSON.parse(this.#text.slice(from, this.#colon(from)))]: await this.#item(value, to, " of an object") }
          : await this.#parse(`{${this.#some(from, to, cuts)}}`)
      ) as Record<string, unknown>;
      for (const name of Object.keys(part)) {
        // Setting it by assignment would change what the object inherits from.
        if (name === "__proto__")
          Object.defineProperty(object, name, {
            value: part[name],
            enumerable: true,
            configurable: true,
            writable: true,
          });
        else object[name] = part[name];
      }
    }
    return object;
  }

  /** Where the first member's value begins. */
  #valueOf(from: number): number {
    const colon = this.#colon(from);
    return colon < 0 ? -1 : this.#next(colon + 1);
  }

  /** The colon after the first member's name; -1 where there is none. */
  #colon(from: number): number {
    const start = this.#next(from);
    if (this.#text.charCodeAt(start) !== code.quote) return -1;
    const colon = this.#next(endOfString(this.#text, start) + 1);
    return this.#text[colon] === ":" ? colon : -1;
  }

  /** Text between two cuts, where something must stand. */
  #some(from: number, to: number, cuts: readonly number[]): string {
    if (cuts.length > 0 && this.#next(from) >= to) throw new SyntaxError(`nothing before position ${to}`);
    return this.#text.slice(from, to);
  }

  /** The first place from here on that is no blank. */
  #next(from: number): number {
    let i = from;
    while (i < this.#text.length && " \t\n\r".includes(this.#text[i] as string)) i++;
    return i;
  }

  async #parse(text: string): Promise<unknown> {
    if (performance.now() - this.#since > stretchMs) {
      await turn();
      this.#since = performance.now();
    }
    return JSON.parse(text);
  }
}

function* spans(start: number, end: number, cuts: readonly number[]): Generator<[from: number, to: number]> {
  let from = start + 1;
  for (const cut of cuts) {
    yield [from, cut];
    from = cut + 1;
  }
  yield [from, end];
}

function tooMuch(what: string): ApiError {
  return new ApiError("invalid-request", `the body holds ${what}`, {
    fix: "Send what /openapi.json describes for this route, in several requests where it is much.",
  });
}
