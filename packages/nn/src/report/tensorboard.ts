// TensorBoard event files: losses and metrics as scalars, in TFRecord framing, without TensorFlow.

import { append, processName } from "#files";
import type { FitEvent } from "../train/events.ts";
import { maskedCrc32c } from "./crc32c.ts";
import type { Events } from "./watch.ts";
import { watch } from "./watch.ts";

export interface Scalar {
  readonly tag: string;
  readonly value: number;
}

/** Bytes that wait before they are written, unless an epoch ends. */
const largestBuffer = 64 * 1024;
let files = 0;

/**
 * Passes `events` on and writes them into a new event file in `folder`: `loss/step` at every step, and at the end of
 * every epoch `loss/train`, `loss/validation` and `metric/NAME` at the step then reached. Node only.
 */
export function tensorBoard(events: Events, folder: string): AsyncIterable<FitEvent> {
  const seconds = (): number => Date.now() / 1000;
  const unique = `${Math.floor(seconds())}.${processName()}.${files++}`;
  const path = `${folder}/events.out.tfevents.${unique}`;
  let step = 0;
  let waiting: Uint8Array[] = [versionRecord(seconds())];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    const content = join(waiting);
    waiting = [];
    bytes = 0;
    await append(path, content);
  };
  const add = (scalars: readonly Scalar[]): void => {
    const record = scalarRecord(seconds(), step, scalars);
    waiting.push(record);
    bytes += record.length;
  };
  return watch(events, {
    async event(event) {
      if (event.type === "start") step = event.step;
      if (event.type === "step") {
        step = event.step;
        add([{ tag: "loss/step", value: event.loss }]);
        if (bytes > largestBuffer) await flush();
      }
      if (event.type === "epoch") {
        const { loss, ...metrics } = event.validation ?? {};
        add([
          { tag: "loss/train", value: event.loss },
          ...(loss === undefined ? [] : [{ tag: "loss/validation", value: loss }]),
          ...Object.entries(metrics).map(([name, value]) => ({ tag: `metric/${name}`, value })),
        ]);
        await flush();
      }
    },
    async end() {
      if (waiting.length > 0) await flush();
    },
  });
}

/** The first record of every event file. */
export function versionRecord(wallTime: number): Uint8Array {
  return record(join([double(1, wallTime), text(3, "brain.Event:2")]));
}

/** An event with scalars (tensorflow/core/util/event.proto, framework/summary.proto). */
export function scalarRecord(wallTime: number, step: number, scalars: readonly Scalar[]): Uint8Array {
  const values = scalars.map(({ tag, value }) => bytesField(1, join([text(1, tag), float(2, value)])));
  return record(join([double(1, wallTime), integer(2, step), bytesField(5, join(values))]));
}

/** TFRecord framing: length (uint64), its checksum, the data, their checksum; all little-endian. */
function record(data: Uint8Array): Uint8Array {
  const framed = new Uint8Array(data.length + 16);
  const view = new DataView(framed.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(framed.subarray(0, 8)), true);
  framed.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return framed;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

const key = (field: number, wire: number): number[] => varint(field * 8 + wire);
const integer = (field: number, value: number): Uint8Array => Uint8Array.from([...key(field, 0), ...varint(value)]);
const text = (field: number, value: string): Uint8Array => bytesField(field, new TextEncoder().encode(value));

function bytesField(field: number, value: Uint8Array): Uint8Array {
  return join([Uint8Array.from([...key(field, 2), ...varint(value.length)]), value]);
}

function double(field: number, value: number): Uint8Array {
  const bytes = Uint8Array.from([...key(field, 1), ...Array<number>(8).fill(0)]);
  new DataView(bytes.buffer).setFloat64(bytes.length - 8, value, true);
  return bytes;
}

function float(field: number, value: number): Uint8Array {
  const bytes = Uint8Array.from([...key(field, 5), ...Array<number>(4).fill(0)]);
  new DataView(bytes.buffer).setFloat32(bytes.length - 4, value, true);
  return bytes;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
