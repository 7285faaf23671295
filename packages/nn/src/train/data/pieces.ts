// An epoch's examples as a source gives them, piece by piece, with its errors named and its batches checked.
import { NnError } from "../../errors.ts";
import type { Rng } from "../../layers/rng.ts";
import type { NamedExamples } from "./examples.ts";
import { invalid, nameExamples } from "./examples.ts";
import type { Position, RunOptions } from "./run.ts";
import { orderOf } from "./run.ts";
import type { ExampleSource, ExampleStream, SourceContext } from "./source.ts";

/** Examples of any number; those before `start` are not meant. */
export interface Piece extends NamedExamples {
  readonly start: number;
}

export type Pieces = AsyncGenerator<Piece, void>;

/** What is left of an epoch. */
export function openPieces(source: ExampleSource | ExampleStream, options: RunOptions, place: Position): Pieces {
  return "batch" in source ? chosen(source, options, place) : drawn(source, options, place);
}

/** The rows of the epoch's order, batch by batch. */
async function* chosen(source: ExampleSource, options: RunOptions, { epoch, taken }: Position): Pieces {
  const { count } = source;
  if (!Number.isSafeInteger(count) || count < 1)
    throw invalid(`The source's count is ${count}.`, "Give the number of its examples, 1 or more.");
  const order = orderOf(options, epoch + 1, count);
  for (let at = taken; at < count; at += options.batchSize) {
    const rows = order.slice(at, at + options.batchSize);
    const context = contextOf(options, epoch, options.random.fork("batch", epoch + 1, at));
    const piece = nameExamples(await guarded(() => source.batch(rows, context)), "a batch of the source");
    if (piece.count !== rows.length) {
      const message = `The source was asked for ${rows.length} examples and gave ${piece.count}.`;
      throw invalid(message, "Give the examples of the asked rows, in their order.");
    }
    yield { ...piece, start: 0 };
  }
}

/** What the stream gives, without those examples that were taken before. */
async function* drawn(stream: ExampleStream, options: RunOptions, { epoch, taken }: Position): Pieces {
  const context = contextOf(options, epoch, options.random.fork("stream", epoch + 1));
  const iterator = await guarded(() => {
    const batches = stream.batches(context);
    return Symbol.asyncIterator in batches ? batches[Symbol.asyncIterator]() : batches[Symbol.iterator]();
  });
  let left = taken;
  let ended = false;
  try {
    while (!ended) {
      // An iterator that throws has ended, too.
      ended = true;
      const next = await guarded(() => iterator.next());
      if (next.done === true) break;
      ended = false;
      const piece = nameExamples(next.value, "a batch of the stream");
      if (left < piece.count) yield { ...piece, start: left };
      left = Math.max(0, left - piece.count);
    }
  } finally {
    if (!ended) await guarded(() => iterator.return?.());
  }
  if (left === 0) return;
  throw new NnError(
    "checkpoint-mismatch",
    `Epoch ${epoch + 1} of the stream ends before the ${taken} examples that the checkpoint had taken.`,
    "Resume with the stream that the checkpoint was written with.",
  );
}

const contextOf = ({ batchSize, signal }: RunOptions, epoch: number, random: Rng): SourceContext => ({
  epoch: epoch + 1,
  random,
  batchSize,
  signal,
});

/** Calls what the user wrote; what it throws is the cause of a `training-source-failed`. */
async function guarded<T>(call: () => T | Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw new NnError(
      "training-source-failed",
      `The source of the training's examples failed: ${cause instanceof Error ? cause.message : String(cause)}`,
      "See the cause: it is what the source threw.",
      cause,
    );
  }
}
