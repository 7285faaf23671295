// A text as the graph cuts it: lines at line breaks, tokens at spaces. What is written here and in apply-texts.ts is one.
//
// ONNX has no operator that folds case or takes punctuation away without a locale of the machine. So a token is looked up
// as it is written, and several spellings lead to one word.

export interface Cuts {
  /** Line breaks that a text is cut at, at most; what is behind them is one line. */
  readonly lines: number;
  /** Tokens of a line that are read, at most. */
  readonly tokens: number;
}

/** The tokens of each line, as the graph has them. */
export function tokensOf(text: string, { lines, tokens }: Cuts): string[][] {
  const cut = text.split("\n");
  const all = cut.length <= lines + 1 ? cut : [...cut.slice(0, lines), cut.slice(lines).join("\n")];
  return all.map((line) =>
    line
      .split(" ")
      .filter((token) => token !== "")
      .slice(0, tokens),
  );
}

/** The word that a token is a spelling of: without case, and without what is neither letter nor digit around it. */
export function wordOf(token: string): string {
  return token.toLowerCase().replace(outside, "");
}

const outside = /^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu;

/** Behind a word, most often. */
const endings = ["", ".", ",", "!", "?"];

/** The spellings that every word may have. */
export function customarySpellings(word: string): string[] {
  const [first = ""] = word;
  const cases = [word, first.toUpperCase() + word.slice(first.length), word.toUpperCase()];
  return [...new Set(cases.flatMap((own) => endings.map((ending) => own + ending)))].filter(
    (spelling) => wordOf(spelling) === word,
  );
}
