// The trivial policy beside a model, as people read it.
import { type Trivial, trivialText } from "@lepta/ml";

/** A line on how a model stands beside the trivial policy; a warning where it is not shown to be better. */
export function trivialLines(model: string, trivial: Trivial): string[] {
  const text = trivialText(trivial);
  return [trivial.beaten ? `${model}: ${text}` : `warning: ${model}: ${text}`];
}
