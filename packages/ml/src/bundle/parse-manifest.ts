// Checks a manifest read from a disk, which is untrusted: every field by type, range and consistency with the others.
import { dateOrders, decimalMarks, parseTime, thousandsMarks } from "@lepta/data";
import { MlError } from "../errors.ts";
import { type OutcomeKind, outcomeEntry, outcomeKinds } from "../outcomes/index.ts";
import { parseBoundedJson } from "./bounded-json.ts";
import { bundleFormat, type Manifest } from "./manifest.ts";

type Check = (value: unknown, at: string) => void;

class Mismatch extends Error {}

const fail = (at: string, wanted: string): never => {
  throw new Mismatch(`${at} is not ${wanted}`);
};
const text: Check = (value, at) => {
  if (typeof value !== "string" || value.length > 10_000) fail(at, "a string");
};
const number: Check = (value, at) => {
  if (typeof value !== "number" || !Number.isFinite(value)) fail(at, "a finite number");
};
const count: Check = (value, at) => {
  if (!Number.isSafeInteger(value) || (value as number) < 0) fail(at, "a whole number of 0 or more");
};
const share: Check = (value, at) => {
  if (typeof value !== "number" || !(value >= 0 && value <= 1)) fail(at, "a share from 0 to 1");
};
const hashCount: Check = (value, at) => {
  if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > 64)
    fail(at, "a whole number of 1 to 64");
};
const sha256: Check = (value, at) => {
  if (typeof value !== "string" || !/^[0-9a-f]{64}$/.test(value)) fail(at, "a SHA-256 in hex");
};
const time: Check = (value, at) => {
  if (typeof value !== "string" || Number.isNaN(parseTime(value))) fail(at, "a time in ISO 8601");
};
const json: Check = (value, at) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) fail(at, "an object");
};
const oneOf =
  (...allowed: readonly string[]): Check =>
  (value, at) => {
    if (!allowed.includes(value as string)) fail(at, `one of ${allowed.join(", ")}`);
  };
const nullable =
  (check: Check): Check =>
  (value, at) => {
    if (value !== null) check(value, at);
  };
const optional =
  (check: Check): Check =>
  (value, at) => {
    if (value !== undefined) check(value, at);
  };
const list =
  (check: Check): Check =>
  (value, at) => {
    if (!Array.isArray(value)) fail(at, "a list");
    for (const [i, item] of (value as unknown[]).entries()) check(item, `${at}[${i}]`);
  };
const record =
  (check: Check): Check =>
  (value, at) => {
    json(value, at);
    for (const [key, item] of Object.entries(value as object)) check(item, `${at}.${key}`);
  };
const object =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value, at) => {
    json(value, at);
    for (const [key, check] of Object.entries(fields))
      check(Object.hasOwn(value as object, key) ? (value as Record<string, unknown>)[key] : undefined, `${at}.${key}`);
  };

const metrics = record(
  object({ value: number, low: nullable(number), high: nullable(number), reason: optional(text) }),
);
const constant: Check = (value, at) => {
  object({ kind: oneOf("shares", "centre") })(value, at);
  object((value as { kind: string }).kind === "shares" ? { shares: list(share) } : { mean: number, median: number })(
    value,
    at,
  );
};
const truth: Check = (value, at) => {
  if (typeof value !== "boolean") fail(at, "true or false");
};
const trivial = object({
  policy: text,
  metrics: record(number),
  meanCost: nullable(number),
  gain: object({
    loss: oneOf("cost", "logLoss", "squaredError"),
    value: number,
    low: nullable(number),
    high: nullable(number),
  }),
  beaten: truth,
});
const numberProfile = object({
  edges: list(number),
  shares: list(share),
  missing: share,
  min: nullable(number),
  max: nullable(number),
});
const categoryProfile = object({ categories: list(text), shares: list(share), other: share, missing: share });
const profile: Check = (value, at) => {
  object({ name: text, kind: oneOf("number", "category") })(value, at);
  ((value as { kind: string }).kind === "number" ? numberProfile : categoryProfile)(value, at);
};

const flag: Check = (value, at) => {
  if (typeof value !== "boolean") fail(at, "true or false");
};
const columnTypes = ["number", "boolean", "timestamp", "category", "text"] as const;
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
  object({ name: text, type: oneOf("number", "boolean", "timestamp", "category"), reading })(value, at);
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
  constant: nullable(constant),
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
  profile: list(profile),
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
  const { task, outcome: form, inputs, outputs, constant: answer, profile: profiles } = checked;
  const shares = form.kind === "class" ? form.classes.length : 0;
  if (answer !== null && (answer.kind === "shares" ? answer.shares.length : 0) !== shares)
    fail("manifest.constant", `fit for ${task}`);
  if (inputs.length === 0 || new Set(inputs.map(({ name }) => name)).size < inputs.length)
    fail("manifest.inputs", "a list of different columns");
  for (const name of outcomeEntry(form).roles)
    if (!Object.hasOwn(outputs, name)) fail(`manifest.outputs.${name}`, "a string");
  const columns = new Set(inputs.map(({ name }) => name));
  for (const [i, feature] of profiles.entries()) {
    // Each column once at most.
    if (!columns.delete(feature.name)) fail(`manifest.profile[${i}].name`, "one of the columns, each once");
    const bins = feature.kind === "number" ? feature.edges.length + 1 : feature.categories.length;
    if (feature.shares.length !== bins) fail(`manifest.profile[${i}].shares`, `a list of ${bins}`);
  }
}
