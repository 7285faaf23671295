// The runs of a training on a source: its pieces, of whatever size, are copied into arrays of K batches.
import { sizeOf } from "../../shape.ts";
import { abortedError, closeSoon, untilAborted } from "../aborted.ts";
import type { ArrayType } from "../ports.ts";
import type { Buffers } from "./buffers.ts";
import { copyRange, createBuffers } from "./buffers.ts";
import type { NamedExamples } from "./examples.ts";
import { invalid } from "./examples.ts";
import type { Piece, Pieces } from "./pieces.ts";
import { openPieces } from "./pieces.ts";
import type { Run, RunOptions, Runs } from "./run.ts";
import type { ExampleSource, ExampleStream } from "./source.ts";

/** Opens the first epoch: its first piece says what the arrays are. It is used, unless the training goes on elsewhere. */
export async function sourceRuns(source: ExampleSource | ExampleStream, options: RunOptions): Promise<Runs> {
  let early: Pieces | undefined = openPieces(source, options, { epoch: 0, taken: 0 });
  const answer = await untilAborted(early.next(), options.signal);
  if (answer === undefined) {
    await closeSoon(early);
    throw abortedError(0, options.signal, false);
  }
  const { value: first } = answer;
  if (first === undefined) throw noExamples(1);
  const { types } = first;
  const buffers = createBuffers(types);
  const close = async (): Promise<void> => {
    const opened = early;
    early = undefined;
    if (opened !== undefined) await closeSoon(opened);
  };
  return {
    whole: false,
    types,
    count: source.count,
    sample: first,
    give: buffers.give,
    close,
    async *from({ epoch: ended, taken }, stepsPerRun) {
      for (let [epoch, at] = [ended, taken]; epoch < options.epochs; epoch++, at = 0) {
        const opened = epoch === 0 && at === 0 ? early : undefined;
        if (opened === undefined) await close();
        early = undefined;
        const pieces = opened ?? openPieces(source, options, { epoch, taken: at });
        yield* epochRuns(opened && first, pieces, types, buffers, { ...options, stepsPerRun }, epoch + 1);
      }
    },
  };
}

async function* epochRuns(
  first: Piece | undefined,
  pieces: Pieces,
  types: readonly ArrayType[],
  buffers: Buffers,
  { batchSize, stepsPerRun }: RunOptions & { readonly stepsPerRun: number },
  epoch: number,
): AsyncGenerator<Run, void> {
  const capacity = batchSize * stepsPerRun;
  let filled = buffers.take(stepsPerRun, batchSize);
  let rows = 0;
  try {
    for (let piece = first ?? (await pieces.next()).value; piece !== undefined; piece = (await pieces.next()).value) {
      checkTypes(piece, types);
      const { arrays, count } = piece;
      for (let at = piece.start; at < count; ) {
        if (rows === capacity) {
          yield { steps: stepsPerRun, batchSize, batches: filled, last: false };
          filled = buffers.take(stepsPerRun, batchSize);
          rows = 0;
        }
        const fits = Math.min(count - at, capacity - rows);
        for (const { name, shape } of types) copyRange(arrays[name], at, fits, sizeOf(shape), filled[name], rows);
        rows += fits;
        at += fits;
      }
    }
  } finally {
    await pieces.return();
  }
  if (rows === 0) throw noExamples(epoch);
  if (rows === capacity) {
    yield { steps: stepsPerRun, batchSize, batches: filled, last: true };
    return;
  }
  // The epoch's end: the full batches that are left, then the smaller one.
  const part = (steps: number, size: number, from: number): Run => {
    const batches = buffers.take(steps, size);
    for (const { name, shape } of types) copyRange(filled[name], from, steps * size, sizeOf(shape), batches[name], 0);
    return { steps, batchSize: size, batches, last: from + steps * size === rows };
  };
  const full = Math.floor(rows / batchSize);
  const parts = [...(full > 0 ? [part(full, batchSize, 0)] : [])];
  const rest = rows % batchSize;
  if (rest > 0) parts.push(part(1, rest, full * batchSize));
  buffers.give(filled);
  yield* parts;
}

function checkTypes(piece: NamedExamples, types: readonly ArrayType[]): void {
  const text = (list: readonly ArrayType[]): string =>
    list.map(({ name, dtype, shape }) => `${name} ${dtype} [N${shape.map((size) => `, ${size}`).join("")}]`).join("; ");
  const [given, wanted] = [piece.types, types].map(text);
  if (given === wanted) return;
  throw invalid(
    `The source gave ${given}; its first batch had ${wanted}.`,
    "Give the same arrays in every batch, in the same order, with the same sizes of an example.",
  );
}

function noExamples(epoch: number): Error {
  return invalid(`The source gave no examples in epoch ${epoch}.`, "Give at least one example an epoch.");
}
