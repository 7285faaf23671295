// The customary spellings of a missing value, and where they do not hold.

/** Words that are missing in small letters, in capitals, and with a capital first. */
const words = ["na", "n/a", "nan", "null", "none", "nat"];
const capital = (word: string): string => word[0]!.toUpperCase() + word.slice(1);

/**
 * What pandas 3 takes as missing (`pandas._libs.parsers.STR_NA_VALUES`), the same words in other capitals, what pandas
 * and databases write (`NaT`, `\N`), and the marks that stand in for a value: `?`, `-`, `--`, `.`.
 */
export const customaryMissing: readonly string[] = [
  ...new Set([
    ...words.flatMap((word) => [word, word.toUpperCase(), capital(word)]),
    ...["NaN", "NaT", "-nan", "-NaN", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"],
    ...["#N/A", "#n/a", "#NA", "#N/A N/A", "<NA>", "<na>", "\\N"],
    ...["?", "-", "--", "."],
  ]),
];

/**
 * Those that hold for a target of classes: "none" and "-" are names of classes there as often as not, and a row that
 * loses its label is lost.
 */
export const customaryMissingClass: readonly string[] = customaryMissing.filter(
  (spelling) => !["none", "NONE", "-", "--", "."].includes(spelling),
);

/** Numbers that often stand for a missing value; a note says where one repeats, none is taken as missing unasked. */
export const sentinels: readonly number[] = [-1, -9, -99, -999, -9999, -99999, 999, 9999, 99999, 999999, 9999999];
