// What reading a model file would take, counted on its bytes before anything is made of them.
import type { DescMessage } from "@bufbuild/protobuf";
import { ScalarType } from "@bufbuild/protobuf";
import { NnError } from "../errors.ts";
import { ModelProtoSchema } from "./proto/onnx_pb.ts";

/** Bytes of objects that a file may become, its tensors' raw data not counted. Real networks take some MiB. */
const mostObjectBytes = 2 ** 29;
/** Messages inside of messages: eight graphs within each other, and what stands in the innermost. */
const deepest = 48;

/** What V8 takes for a message without its fields, and for each of its fields. */
const messageBytes = 64;
const fieldBytes = 24;
const numberBytes = 8;
const bigintBytes = 32;
const textBytes = 48;

/** How a field lies in the file: messages, and of the others what a byte of a packed list, or an element, becomes. */
type Kind =
  | { readonly message: DescMessage }
  | { readonly perByte: number }
  | { readonly perVarint: number }
  | { readonly text: number };

const numbers: Kind = { perVarint: numberBytes };
const scalars: Readonly<Partial<Record<ScalarType, Kind>>> = {
  [ScalarType.FLOAT]: { perByte: numberBytes / 4 },
  [ScalarType.DOUBLE]: { perByte: numberBytes / 8 },
  [ScalarType.INT64]: { perVarint: bigintBytes },
  [ScalarType.UINT64]: { perVarint: bigintBytes },
  // Up to two bytes a character. Bytes stay where they are.
  [ScalarType.STRING]: { text: 2 },
  [ScalarType.BYTES]: { text: 0 },
};

const known = new WeakMap<DescMessage, ReadonlyMap<number, Kind>>();

function kindsOf(description: DescMessage): ReadonlyMap<number, Kind> {
  const kinds =
    known.get(description) ??
    new Map(
      description.fields.map((field): [number, Kind] => [
        field.number,
        field.message ? { message: field.message } : ((field.scalar && scalars[field.scalar]) ?? numbers),
      ]),
    );
  known.set(description, kinds);
  return kinds;
}

function refuse(why: string, code: "model-file-invalid" | "model-too-large"): NnError {
  return new NnError(code, `The model file ${why}.`, "Use a model file that this package or an ONNX exporter wrote.");
}

/**
 * Throws `model-file-invalid` where the bytes are no protocol buffer, `model-too-large` where they nest too deep or would
 * become more objects than a process may hold: an empty message is two bytes in a file and hundreds in memory.
 */
export function checkFileBudget(bytes: Uint8Array): void {
  const broken = (): NnError => refuse("is not an ONNX protocol buffer, or is cut off", "model-file-invalid");
  let spent = 0;
  let at = 0;
  const spend = (cost: number): void => {
    spent += cost;
    if (spent > mostObjectBytes)
      throw refuse(
        `holds more parts than are read: they would take over ${mostObjectBytes / 2 ** 20} MiB of memory`,
        "model-too-large",
      );
  };
  const varint = (end: number): number => {
    let value = 0;
    for (let scale = 1; at < end && scale < 2 ** 70; scale *= 128) {
      const byte = bytes[at++] as number;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw broken();
  };
  const scan = (description: DescMessage, end: number, depth: number): void => {
    if (depth > deepest) throw refuse(`nests its parts deeper than ${deepest}`, "model-too-large");
    spend(messageBytes + fieldBytes * description.fields.length);
    const kinds = kindsOf(description);
    while (at < end) {
      const tag = varint(end);
      const kind = kinds.get(Math.floor(tag / 8)) ?? { text: 1 };
      switch (tag % 8) {
        case 0:
          varint(end);
          spend("perVarint" in kind ? kind.perVarint : bigintBytes);
          break;
        case 1:
        case 5:
          at += tag % 8 === 1 ? 8 : 4;
          spend(numberBytes);
          break;
        case 2: {
          const inside = varint(end) + at;
          if (inside > end) throw broken();
          if ("message" in kind) scan(kind.message, inside, depth + 1);
          else if ("perVarint" in kind)
            for (; at < inside; at++) spend((bytes[at] as number) < 128 ? kind.perVarint : 0);
          else spend("text" in kind ? textBytes + kind.text * (inside - at) : kind.perByte * (inside - at));
          at = inside;
          break;
        }
        default:
          throw broken();
      }
      if (at > end) throw broken();
    }
  };
  scan(ModelProtoSchema, bytes.length, 0);
}
