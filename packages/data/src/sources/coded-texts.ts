// Texts of a column, each different one held once.

export interface CodedTexts {
  /** The text of each row, by its place in `words`. */
  readonly codes: Int32Array;
  /** Different texts in order of appearance, behind "", which stands first and for cells that hold nothing. */
  readonly words: readonly string[];
}

/** In how many rows each word stands. */
export function wordCounts({ codes, words }: CodedTexts): Int32Array {
  const counts = new Int32Array(words.length);
  for (let row = 0; row < codes.length; row++) counts[codes[row]!]!++;
  return counts;
}

export function codedTexts(texts: readonly string[]): CodedTexts {
  const words = [""];
  const places = new Map([["", 0]]);
  const codes = Int32Array.from(texts, (text) => {
    let place = places.get(text);
    if (place === undefined) {
      place = words.push(text) - 1;
      places.set(text, place);
    }
    return place;
  });
  return { codes, words };
}
