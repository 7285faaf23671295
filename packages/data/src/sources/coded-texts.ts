// Texts of a column, each different one held once.

export interface CodedTexts {
  /** The text of each row, by its place in `words`. */
  readonly codes: Int32Array;
  /** Different texts in order of appearance, behind "", which stands first and for cells that hold nothing. */
  readonly words: readonly string[];
  /** In how many rows each word stands, but for the first. */
  readonly counts: ArrayLike<number>;
}

export function codedTexts(texts: readonly string[]): CodedTexts {
  const words = [""];
  const counts = [0];
  const places = new Map([["", 0]]);
  const codes = Int32Array.from(texts, (text) => {
    let place = places.get(text);
    if (place === undefined) {
      place = words.push(text) - 1;
      places.set(text, place);
      counts.push(0);
    }
    if (place > 0) counts[place]!++;
    return place;
  });
  return { codes, words, counts };
}
