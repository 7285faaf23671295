// Which numbers a network and its loss look up in tables: classes and tokens, whose bounds the graph knows.
import type { NumericArray, TensorData } from "../../dtype.ts";
import { topological } from "../../graph/build.ts";
import type { Tensor } from "../../graph/node.ts";
import { sizeOf } from "../../shape.ts";
import { invalid } from "./examples.ts";
import type { Data } from "./open.ts";
import type { Position, Run } from "./run.ts";

/** The numbers of an array choose one of `size` entries. */
interface IndexRange {
  /** The array, named as in NamedExamples. */
  readonly name: string;
  readonly size: number;
  /** Numbers that the graph replaces before it looks them up, such as a loss's `ignore`. */
  readonly replaced: (value: number) => boolean;
}

type Replaced = IndexRange["replaced"];
const none: Replaced = () => false;
/** Operators that hand on every number of their first input. */
const carriers = new Set(["Cast", "Expand", "Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze"]);

/**
 * The same data, checked against the tables that `loss` looks its numbers up in: whole arrays now, those of a source as
 * they come. Throws `training-data-invalid`.
 */
export function checkedData(data: Data, loss: Tensor): Data {
  const { runs, validation } = data;
  const ranges = indexRanges(loss);
  if (runs.whole) checkIndices(runs.sample.arrays, ranges, { examples: "training" });
  if (validation !== undefined) checkIndices(validation.arrays, ranges, { examples: "validation" });
  if (runs.whole || ranges.length === 0) return data;
  return { validation, runs: { ...runs, from: (place, steps) => checkedRuns(runs.from(place, steps), ranges, place) } };
}

/** The arrays whose numbers `result` looks up, with the bounds. */
function indexRanges(result: Tensor): readonly IndexRange[] {
  return topological([result]).flatMap(({ op, inputs, attributes }) => {
    if (op !== "Gather" && op !== "GatherElements") return [];
    const [table, indices] = inputs as readonly [Tensor, Tensor];
    const axis = Number(attributes.axis ?? 0);
    const size = table.shape.at(axis);
    if (typeof size !== "number") return [];
    return sourcesOf(indices, none).map((source) => ({ ...source, size }));
  });
}

/** The graph's inputs that reach `tensor` unchanged, followed back through operators that only move numbers. */
function sourcesOf({ node }: Tensor, replaced: Replaced): readonly Omit<IndexRange, "size">[] {
  const { op, name, inputs } = node;
  if (op === "Input") return name === undefined ? [] : [{ name, replaced }];
  if (op === "Concat") return inputs.flatMap((part) => (part === undefined ? [] : sourcesOf(part, replaced)));
  const [first, second] = inputs;
  if (carriers.has(op) && first !== undefined) return sourcesOf(first, replaced);
  const condition = op === "Where" ? replacedUnless(first) : undefined;
  if (condition === undefined || second === undefined) return [];
  return sourcesOf(second, (value) => replaced(value) || condition(value));
}

/** The numbers that `where(not(x = c), x, …)` or `where(not(x < c), x, …)` replaces. */
function replacedUnless(condition: Tensor | undefined): Replaced | undefined {
  const test = condition?.node.op === "Not" ? condition.node.inputs[0]?.node : undefined;
  const bound = test?.inputs[1]?.node.data;
  if (test === undefined || bound?.data.length !== 1) return undefined;
  const limit = Number(bound.data[0]);
  if (test.op === "Equal") return (value) => value === limit;
  return test.op === "Less" ? (value) => value < limit : undefined;
}

/**
 * Throws `training-data-invalid` for the first number that chooses no entry. `where` names the examples, `first` is
 * the place of the arrays' first example among them; `axes` are the leading axes that count examples.
 */
function checkIndices(
  arrays: Readonly<Record<string, TensorData>>,
  ranges: readonly IndexRange[],
  where: { readonly examples: string; readonly first?: number; readonly axes?: number },
): void {
  for (const { name, size, replaced } of ranges) {
    const array = arrays[name];
    if (array === undefined) continue;
    const at = firstOutside(array.data as NumericArray, size, replaced);
    if (at === undefined) continue;
    const { examples, first = 0, axes = 1 } = where;
    const example = first + Math.floor(at / sizeOf(array.shape.slice(axes)));
    const value = Number(array.data[at]);
    const isTarget = name === "target" || name.startsWith("target.");
    throw invalid(
      `The ${examples} ${name} of example ${example} (counted from 0) has ${value}, ` +
        (isTarget ? `but the network gives ${size} classes` : `but the network has ${size} entries`) +
        `: whole numbers from 0 to ${size - 1}.`,
      isTarget
        ? "Number the classes from 0, or give the network as many outputs as there are classes."
        : "Number tokens from 0, or give the embedding as many entries as there are tokens.",
    );
  }
}

function firstOutside(data: NumericArray, size: number, replaced: Replaced): number | undefined {
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i]);
    if (!(value >= 0 && value < size && Number.isInteger(value)) && !replaced(value)) return i;
  }
  return undefined;
}

/** Checks the numbers of every run on its way; the runs begin after `taken` examples of an epoch. */
async function* checkedRuns(
  runs: AsyncGenerator<Run, void>,
  ranges: readonly IndexRange[],
  { epoch: ended, taken }: Position,
): AsyncGenerator<Run, void> {
  let [epoch, first] = [ended + 1, taken];
  for await (const run of runs) {
    checkIndices(run.batches, ranges, { examples: `training (epoch ${epoch})`, first, axes: 2 });
    first += run.steps * run.batchSize;
    if (run.last) [epoch, first] = [epoch + 1, 0];
    yield run;
  }
}
