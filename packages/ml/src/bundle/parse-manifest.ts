// Checks a manifest read from a disk, which is untrusted: every field by type, range and consistency with the others.
import { columnTypes, dateOrders, decimalMarks, thousandsMarks } from "@lepta/data";
import { MlError } from "../errors.ts";
import { kindOf } from "../evaluate/kinds/index.ts";
import { checkProfile } from "../inputs/profiles/index.ts";
import {
  type Check,
  count,
  fail,
  hashCount,
  json,
  list,
  Mismatch,
  nullable,
  number,
  object,
  oneOf,
  optional,
  record,
  sha256,
  share,
  text,
  time,
} from "../json-checks.ts";
import { type OutcomeKind, outcomeEntry, outcomeKinds } from "../outcomes/index.ts";
import { parseBoundedJson } from "./bounded-json.ts";
import { bundleFormat, type Manifest } from "./manifest.ts";

const metrics = record(
  object({
    title: text,
    direction: oneOf("higher", "lower"),
    unit: text,
    value: number,
    low: nullable(number),
    high: nullable(number),
    reason: optional(text),
  }),
);
const truth: Check = (value, at) => {
  if (typeof value !== "boolean") fail(at, "true or false");
};
const trivial = object({
  policy: text,
  metrics: record(number),
  meanCost: nullable(number),
  gain: object({
    loss: text,
    value: number,
    low: nullable(number),
    high: nullable(number),
  }),
  beaten: truth,
});
const flag: Check = (value, at) => {
  if (typeof value !== "boolean") fail(at, "true or false");
};
const reading = object({
  type: oneOf(...columnTypes),
  missing: list(text),
  decimal: optional(oneOf(...decimalMarks)),
  thousands: optional(oneOf(...thousandsMarks)),
  currency: optional(list(text)),
  percent: optional(flag),
  codes: optional(text),
  dates: optional(oneOf(...dateOrders)),
  digits: optional(oneOf("milliseconds", "seconds", "yyyymmdd")),
});
const input: Check = (value, at) => {
  object({ name: text, type: oneOf(...columnTypes), reading })(value, at);
  const { type, reading: own } = value as { type: string; reading: { type: string } };
  if (own.type !== type) fail(`${at}.reading.type`, `"${type}"`);
};

const outcome: Check = (value, at) => {
  object({ kind: oneOf(...outcomeKinds) })(value, at);
  const form = value as { readonly kind: OutcomeKind };
  const problem = outcomeEntry(form).problem({ ...form });
  if (problem !== undefined) fail(`${at}.${problem[0]}`, problem[1]);
};

const manifest = object({
  name: text,
  task: text,
  model: text,
  target: text,
  targetReading: reading,
  group: optional(text),
  outcome,
  signature: object({ input: json, output: json }),
  inputs: list(input),
  outputs: record(text),
  leftOut: list(object({ name: text, reason: text })),
  notes: list(text),
  metrics,
  baseline: nullable(object({ model: text, metrics })),
  constant: nullable(json),
  trivial: nullable(trivial),
  evaluatedOn: nullable(object({ rows: count, dataHash: sha256 })),
  dataHash: sha256,
  trainedOn: object({
    rows: count,
    dataHash: sha256,
    repeatShare: share,
    filter: object({ sha256, hashes: hashCount, falsePositives: share }),
  }),
  seed: number,
  run: nullable(text),
  license: nullable(text),
  versions: object({ lepta: text, onnxruntime: text, node: text }),
  createdAt: time,
  modelSha256: sha256,
  modelBytes: count,
  profile: list(checkProfile),
});

/** The manifest in `source` (JSON). `where` names it in messages. Throws `bundle-version` or `bundle-corrupt`. */
export function parseManifest(source: string, where: string): Manifest {
  try {
    const value = parseBoundedJson(source);
    json(value, "manifest");
    const version = (value as { formatVersion?: unknown }).formatVersion;
    if (version !== bundleFormat)
      throw new MlError(
        "bundle-version",
        `${where} has format version ${(JSON.stringify(version) ?? "none").slice(0, 40)}; this version of lepta reads ${bundleFormat}.`,
        "Use the version of lepta that wrote the bundle, or train it again.",
      );
    manifest(value, "manifest");
    checkConsistency(value as Manifest);
    return value as Manifest;
  } catch (cause) {
    if (!(cause instanceof Mismatch || cause instanceof SyntaxError)) throw cause;
    throw new MlError(
      "bundle-corrupt",
      `${where} is not a manifest: ${cause.message.slice(0, 500)}.`,
      "Copy the bundle again from where it was written, or train it again.",
      { cause },
    );
  }
}

function checkConsistency(checked: Manifest): void {
  const { outcome: form, inputs, outputs, constant: answer, profile: profiles } = checked;
  if (answer !== null) {
    const problem = answer.kind === form.kind ? kindOf(form).problem(answer, form) : `for ${form.kind}`;
    if (problem !== undefined) fail("manifest.constant", problem);
  }
  if (inputs.length === 0 || new Set(inputs.map(({ name }) => name)).size < inputs.length)
    fail("manifest.inputs", "a list of different columns");
  for (const name of outcomeEntry(form).roles)
    if (!Object.hasOwn(outputs, name)) fail(`manifest.outputs.${name}`, "a string");
  const columns = new Set(inputs.map(({ name }) => name));
  for (const [i, feature] of profiles.entries()) {
    // Each column once at most.
    if (!columns.delete(feature.name)) fail(`manifest.profile[${i}].name`, "one of the columns, each once");
  }
}
