// Blanks around and inside a value: those of Unicode, the no-break space and the byte order mark among them.

/** JavaScript's white space, as `trim` takes it. */
const outer = /^\s|\s$/;
const runs = /[ \u00a0]+/g;
/** What `withPlainBlanks` changes. */
const uneven = /^\s|\s$|\u00a0| {2}/;

/** The text without outer blanks. */
export function trimmed(text: string): string {
  return outer.test(text) ? text.trim() : text;
}

/** The text without outer blanks, each run of spaces inside as one: what a category is compared as. */
export function withPlainBlanks(text: string): string {
  return uneven.test(text) ? text.trim().replaceAll(runs, " ") : text;
}
