// What a running training tells, and the stream that carries it.

/** The first event: what is to be done. A resumed training starts at the step and the epoch that it goes on from. */
export interface StartEvent {
  readonly type: "start";
  /** Steps and epochs that were taken before. */
  readonly step: number;
  readonly epoch: number;
  readonly epochs: number;
  /** Left out where a source of examples does not say how many it has. */
  readonly stepsPerEpoch?: number;
}

export interface StepEvent {
  readonly type: "step";
  /** Counts from 1 over the whole training. */
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
}

export interface EpochEvent {
  readonly type: "epoch";
  /** Counts from 1. */
  readonly epoch: number;
  /** Mean loss of the epoch's steps, weighted by batch size. */
  readonly loss: number;
  /** Loss and metrics on the validation examples. */
  readonly validation?: Readonly<Record<string, number>>;
  /** Time spent on the training so far; a resumed one counts on. */
  readonly seconds: number;
}

/** The epoch is the best so far by the monitored figure; its weights are kept. */
export interface BestEvent {
  readonly type: "best";
  readonly epoch: number;
  readonly monitor: string;
  readonly value: number;
}

/** The training's state was kept: a resumed training goes on from here. */
export interface CheckpointEvent {
  readonly type: "checkpoint";
  /** Steps taken. */
  readonly step: number;
  /** The epoch that has just ended or is under way. */
  readonly epoch: number;
  readonly bytes: number;
  /** The file, when there is one. */
  readonly path?: string;
}

export interface EndEvent {
  readonly type: "end";
  readonly reason: "epochs" | "early-stopping";
  readonly epochs: number;
  /** The epoch whose weights the result has. */
  readonly bestEpoch: number;
}

export type FitEvent = StartEvent | StepEvent | EpochEvent | BestEvent | CheckpointEvent | EndEvent;

/** A stream that starts for each reader when it asks; events from before are not kept for it. */
export interface EventStream<T> {
  push(event: T): void;
  /** Resolves when no reader is far behind. */
  settled(): Promise<void>;
  end(error?: unknown): void;
  read(): AsyncIterator<T>;
}

const mostWaiting = 1024;

interface Reader<T> {
  readonly queue: T[];
  wake: (() => void) | undefined;
}

export function eventStream<T>(): EventStream<T> {
  const readers = new Set<Reader<T>>();
  let ended = false;
  let failure: { readonly error: unknown } | undefined;
  let drained: (() => void) | undefined;
  const behind = (): boolean => [...readers].some(({ queue }) => queue.length > mostWaiting);
  const release = (): void => {
    if (behind()) return;
    drained?.();
    drained = undefined;
  };
  return {
    push(event) {
      for (const reader of readers) {
        reader.queue.push(event);
        reader.wake?.();
      }
    },
    settled: () => (behind() ? new Promise((resolve) => (drained = resolve)) : Promise.resolve()),
    end(error) {
      ended = true;
      if (error !== undefined) failure = { error };
      for (const reader of readers) reader.wake?.();
    },
    read() {
      const reader: Reader<T> = { queue: [], wake: undefined };
      if (!ended) readers.add(reader);
      return {
        async next() {
          while (reader.queue.length === 0 && !ended) await new Promise<void>((resolve) => (reader.wake = resolve));
          const event = reader.queue.shift();
          release();
          if (event !== undefined) return { done: false, value: event };
          readers.delete(reader);
          if (failure !== undefined) throw failure.error;
          return { done: true, value: undefined };
        },
        async return() {
          readers.delete(reader);
          release();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
