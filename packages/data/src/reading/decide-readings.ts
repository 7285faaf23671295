// Decides how each column of a table is read, on all of its values.
import type { ColumnType } from "../column-type.ts";
import { withPlainBlanks } from "./blanks.ts";
import type { ColumnReading, DateOrder } from "./column-reading.ts";
import { customaryMissing, customaryMissingClass } from "./missing-spellings.ts";
import { fileDecimal, type NumberEvidence, numberEvidence } from "./number-evidence.ts";
import { isPlainNumber, numberFormats } from "./number-text.ts";
import type { RawColumn } from "./raw-column.ts";
import { missingSpellings, optionsOf, type ReadingOptions, type TableReading } from "./reading-options.ts";
import { fileOrder, type TimeEvidence, timeEvidence, toldOrder } from "./time-evidence.ts";
import { tolerated } from "./tolerance.ts";

export interface Decided {
  readonly reading: ColumnReading;
  /** What a reader should know, one sentence each. */
  readonly notes: readonly string[];
}

export interface DecideOptions {
  readonly types?: Readonly<Record<string, ColumnType | undefined>>;
  readonly reading?: TableReading;
  /** The column to learn: words such as "none" are classes there. */
  readonly target?: string | undefined;
  /** What stands between the fields of the file. */
  readonly separator?: string | undefined;
}

/** A category has at most this many different values, or at most half as many as it has values. */
const categoryLimit = 50;
/** Above this mean length, in characters, strings are text. */
const textLength = 60;
/** Different numbers or times from which on a word that repeats among them is a missing value. */
const manyValues = 20;

interface Looked {
  readonly column: RawColumn;
  readonly options: ReadingOptions;
  readonly declared: ColumnType | undefined;
  readonly missing: readonly string[];
  /** Texts that are there, without outer blanks. */
  readonly present: ReadonlyMap<string, number>;
  readonly cells: number;
  readonly numbers: NumberEvidence | undefined;
  readonly times: TimeEvidence | undefined;
}

/** One decision a column, in their order. Throws `invalid-option`. */
export function decideReadings(columns: readonly RawColumn[], options: DecideOptions = {}): Decided[] {
  const looked = columns.map((column) => look(column, options));
  const decimal = fileDecimal(
    looked.map(({ numbers }) => numbers),
    columns,
    options.separator,
  );
  const order = fileOrder(looked.map(({ times }) => times));
  return looked.map((one) => decide(one, decimal, order));
}

function look(column: RawColumn, { types, reading, target }: DecideOptions): Looked {
  const { name } = column;
  const options = optionsOf(name, reading);
  const declared = options.type ?? (types !== undefined && Object.hasOwn(types, name) ? types[name] : undefined);
  const classes = name === target && declared !== "number";
  const missing = missingSpellings(options, classes ? customaryMissingClass : customaryMissing);
  const absent = new Set(missing);
  const present = new Map<string, number>();
  let cells = column.plain.count;
  for (const [raw, count] of column.others) {
    const text = withPlainBlanks(raw);
    if (text === "" || absent.has(text)) continue;
    present.set(text, (present.get(text) ?? 0) + count);
    cells += count;
  }
  const asked = declared ?? "number";
  return {
    column,
    options,
    declared,
    missing,
    present,
    cells,
    numbers: asked === "number" ? numberEvidence(column, present) : undefined,
    times: (declared ?? "timestamp") === "timestamp" && present.size > 0 ? timeEvidence(present) : undefined,
  };
}

function decide(looked: Looked, decimal: "point" | "comma" | undefined, order: DateOrder | undefined): Decided {
  const { declared, missing, column } = looked;
  if (declared === "number") return asNumber(looked, decimal, []);
  if (declared === "timestamp") return asTime(looked, order, []);
  if (declared !== undefined) return { reading: { type: declared, missing }, notes: [] };
  if (column.kind === "number" || column.kind === "boolean" || column.kind === "timestamp") {
    if (column.kind === "number") return codesOf(looked) ?? asNumber(looked, decimal, []);
    return column.kind === "timestamp"
      ? asTime(looked, order, [])
      : { reading: { type: "boolean", missing }, notes: [] };
  }
  return numberOf(looked, decimal) ?? otherOf(looked, order);
}

/** A column of numbers, save cells that are tolerated and words that stand for a missing value; undefined for others. */
function numberOf(looked: Looked, decimal: "point" | "comma" | undefined): Decided | undefined {
  const { column, cells, numbers } = looked;
  if (numbers === undefined || cells === 0) return undefined;
  // In a file that has types, digits in a string are a code; what no code looks like is a number nevertheless.
  if (column.kind === "string" && column.plain.count > column.plain.pointed && numbers.example === undefined)
    return undefined;
  const allowed = tolerated(cells);
  const best = Math.max(...allowedFormats(looked.options).map((at) => numbers.counts[at]!));
  if (best === 0) return undefined;
  const codes = codesOf(looked);
  if (codes !== undefined) return best >= cells - allowed ? codes : undefined;
  const different = (): number => column.plain.different + (numbers.example === undefined ? 0 : looked.present.size);
  const words = missingWords(numbers.odd, { cells, best, different });
  return words === undefined ? undefined : asNumber(looked, decimal, words);
}

/**
 * The words that stand for a missing value in a column of `cells` cells, of which `best` are numbers, or times: those that
 * repeat. Undefined where too much else is among them.
 * @param different asked only where words stand among the numbers: of numbers it may take a second pass over the file
 */
function missingWords(
  odd: ReadonlyMap<string, number>,
  { cells, best, different }: { readonly cells: number; readonly best: number; readonly different: () => number },
): string[] | undefined {
  const words = [...odd]
    .filter(([text, count]) => count >= Math.max(2, 0.005 * cells) && isMarker(text))
    .sort((a, b) => b[1] - a[1])
    .map(([text]) => text);
  const allowed = tolerated(cells);
  if (best >= cells - allowed) return words;
  const few = words.slice(0, 3);
  const marked = few.reduce((sum, word) => sum + odd.get(word)!, 0);
  const others = [...odd.values()].reduce((sum, count) => sum + count, 0) - marked;
  if (others > allowed || marked > 0.5 * cells || different() <= manyValues) return undefined;
  return best >= cells - others - marked - allowed ? few : undefined;
}

/** What a spreadsheet shows where it could compute nothing, and a date of zeros alone, as MySQL has it. */
const noValue = /^#[\p{L}/0]+[!?]$|^0{1,4}(?<mark>[-/.])0{1,2}\k<mark>0{1,4}([T ][0:.]+)?$/u;

function isMarker(text: string): boolean {
  return text.length <= 30 && (!/\d/.test(text) || noValue.test(text));
}

function allowedFormats({ decimal, thousands }: ReadingOptions): number[] {
  return numberFormats.flatMap((format, at) =>
    (decimal ?? format.decimal) === format.decimal && (thousands ?? format.thousands) === format.thousands ? [at] : [],
  );
}

function asNumber(looked: Looked, file: "point" | "comma" | undefined, words: readonly string[]): Decided {
  const { column, options, missing, numbers } = looked;
  const { name, plain } = column;
  const allowed = allowedFormats(options);
  const counts = numbers?.counts ?? numberFormats.map(() => 0);
  const best = Math.max(0, ...allowed.map((at) => counts[at]!));
  const tied = allowed.filter((at) => counts[at] === best);
  // 1,234 and 1.234 may be thousands or a fraction: the other columns of the file tell, or what separates its fields.
  const ambiguous =
    new Set(tied.map((at) => numberFormats[at]!.decimal)).size > 1 &&
    (numbers?.example !== undefined || plain.grouped > 0);
  const wanted = ambiguous && file !== undefined ? tied.filter((at) => numberFormats[at]!.decimal === file) : tied;
  const format = numberFormats[wanted[0] ?? tied[0] ?? 0] ?? {
    decimal: options.decimal ?? "point",
    thousands: options.thousands ?? "none",
  };
  const { decimal, thousands } =
    allowed.length === 0
      ? ({ decimal: options.decimal ?? "point", thousands: options.thousands ?? "none" } as const)
      : format;
  const reading: ColumnReading = {
    type: "number",
    missing: [...missing, ...words],
    ...(decimal === "point" ? {} : { decimal }),
    ...(thousands === "none" ? {} : { thousands }),
    ...(numbers === undefined || numbers.currency.length === 0 ? {} : { currency: numbers.currency }),
    ...(numbers?.percent === true ? { percent: true } : {}),
  };
  return { reading, notes: numberNotes(name, reading, looked, words, ambiguous) };
}

const markNames = { none: "", comma: "a comma", point: "a point", blank: "a blank", apostrophe: "an apostrophe" };

function numberNotes(
  name: string,
  { decimal = "point", thousands = "none", currency = [], percent = false }: ColumnReading,
  { numbers, column }: Looked,
  words: readonly string[],
  ambiguous: boolean,
): string[] {
  const notes: string[] = [];
  const example = numbers?.example === undefined ? "" : `, as in ${JSON.stringify(numbers.example)}`;
  const marks = [
    ...(decimal === "comma" ? ["a decimal comma"] : []),
    ...(thousands === "none" ? [] : [`${markNames[thousands]} between thousands`]),
    ...(currency.length > 0 ? [currency.join(" and ")] : []),
    ...(percent ? ["a per cent sign (12 % is read as 12)"] : []),
  ];
  if (marks.length > 0) notes.push(`column "${name}": numbers with ${marks.join(" and ")}${example}`);
  if (currency.length > 1) notes.push(`column "${name}" mixes currencies, which are read as one number`);
  if (ambiguous && (decimal === "comma" || thousands !== "none" || column.plain.grouped === 0))
    notes.push(
      `column "${name}": its values could be thousands or fractions; --decimal ${name}=${decimal === "comma" ? "point" : "comma"} reads them the other way`,
    );
  return [...notes, ...wordNotes(name, words, numbers?.odd, "numbers")];
}

function wordNotes(
  name: string,
  words: readonly string[],
  odd: ReadonlyMap<string, number> | undefined,
  among: string,
): string[] {
  if (words.length === 0) return [];
  const listed = words.map((word) => `${JSON.stringify(word)} (${odd?.get(word)} cells)`);
  return [`column "${name}": ${listed.join(", ")} among ${among} is read as missing`];
}

/** Digits that are codes: zeros ahead are their habit, or a double does not hold them. */
function codesOf(looked: Looked): Decided | undefined {
  const { column, missing, cells } = looked;
  const { plain } = column;
  if (plain.pointed > 0 || plain.count === 0) return undefined;
  const zeros = plain.leadingZeros >= Math.max(2, 0.02 * plain.count) && plain.sameLength >= 0.95 * plain.count;
  const habit = plain.leadingZeros >= 0.5 * plain.count && plain.leadingZeros >= 2;
  const wide = plain.wide > Math.max(tolerated(plain.count), plain.count < 10 ? 0 : 1);
  if (!zeros && !habit && !wide) return undefined;
  const codes = wide ? "whole numbers beyond 2^53" : "digits with zeros ahead";
  const note = `column "${column.name}": ${codes} are taken as codes, not as numbers; --type ${column.name}=number reads numbers`;
  const type = stringType(plain.different + looked.present.size, cells, plain.longest);
  return { reading: { type, missing, codes }, notes: [note] };
}

function otherOf(looked: Looked, order: DateOrder | undefined): Decided {
  const { column, missing, present, cells, times, numbers } = looked;
  if (cells === 0) return { reading: { type: "category", missing }, notes: [] };
  const enough = cells - tolerated(cells);
  let truths = 0;
  for (const word of ["true", "True", "TRUE", "false", "False", "FALSE"]) truths += present.get(word) ?? 0;
  if (truths >= enough && truths > 0) return { reading: { type: "boolean", missing }, notes: [] };
  if (times !== undefined) {
    const best = Math.max(...Object.values(times.counts));
    const words = missingWords(times.odd, { cells, best, different: () => present.size - times.odd.size });
    if (words !== undefined) return asTime(looked, order, words);
  }
  let length = column.plain.count * column.plain.longest;
  for (const [text, count] of present) length += text.length * count;
  const type = stringType(column.plain.different + present.size, cells, length / cells);
  const share = numbers === undefined ? 0 : Math.max(...numbers.counts) / cells;
  const odd = [...(numbers?.odd.keys() ?? [])].find((text) => !isPlainNumber(text));
  const notes =
    share >= 0.5 && odd !== undefined && column.kind !== "string"
      ? [
          `column "${column.name}": ${(100 * share).toFixed(0)} % of its values are numbers, others are such as ${JSON.stringify(odd.slice(0, 40))}; it is read as a ${type}, --type ${column.name}=number reads numbers`,
        ]
      : [];
  return { reading: { type, missing }, notes };
}

function stringType(different: number, cells: number, length: number): "text" | "category" {
  if (length > textLength) return "text";
  return different > categoryLimit && different > cells / 2 ? "text" : "category";
}

function asTime(
  { column, options, missing, times }: Looked,
  file: DateOrder | undefined,
  words: readonly string[],
): Decided {
  const { name, plain } = column;
  const told = toldOrder(times);
  const guessed = times?.mark === "/" ? "month-first" : "day-first";
  const order = options.dates ?? (times?.yearLast === true ? (told ?? file ?? guessed) : "year-first");
  const digits = plain.count === 0 ? undefined : digitsOf(plain.shortest, plain.longest);
  const reading: ColumnReading = {
    type: "timestamp",
    missing: [...missing, ...words],
    ...(order === "year-first" ? {} : { dates: order }),
    ...(digits === undefined || digits === "milliseconds" ? {} : { digits }),
  };
  const notes = wordNotes(name, words, times?.odd, "times");
  if (times?.yearLast === true && order !== "year-first") {
    const doubt = options.dates === undefined && told === undefined;
    const other = order === "day-first" ? "month-first" : "day-first";
    notes.push(
      `column "${name}": dates are read ${order === "day-first" ? "day first" : "month first"}, as in ${JSON.stringify(times.example)}` +
        (doubt ? `; no value tells which it is: --dates ${name}=${other} reads them the other way` : ""),
    );
  }
  if (digits !== undefined && digits !== "milliseconds")
    notes.push(
      `column "${name}": digits are read as ${digits === "seconds" ? "seconds since 1970" : "dates such as 20240228"}`,
    );
  return { reading, notes };
}

function digitsOf(shortest: number, longest: number): ColumnReading["digits"] {
  if (shortest === 8 && longest === 8) return "yyyymmdd";
  return longest <= 10 ? "seconds" : "milliseconds";
}
