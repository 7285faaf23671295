// JSON of others: counted before it is parsed, since what it becomes in memory may be a hundred times its text.
const deepest = 64;
/** Commas and brackets: values, within a few. The manifest of a table of 2,000 columns has some 200,000. */
const mostValues = 4_000_000;

/** The value that `source` describes. Throws SyntaxError where it is no JSON, or more of it than is read. */
export function parseBoundedJson(source: string): unknown {
  let depth = 0;
  let values = 0;
  for (let i = 0; i < source.length; i++) {
    switch (source.charCodeAt(i)) {
      case 0x22: // "
        for (i++; i < source.length && source.charCodeAt(i) !== 0x22; i++) if (source.charCodeAt(i) === 0x5c) i++;
        break;
      case 0x5b: // [
      case 0x7b: // {
        values++;
        if (++depth > deepest) throw new SyntaxError(`it nests deeper than ${deepest}`);
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
        break;
      case 0x2c: // ,
        values++;
    }
  }
  if (values > mostValues) throw new SyntaxError(`it has more than ${mostValues} values`);
  return JSON.parse(source);
}
