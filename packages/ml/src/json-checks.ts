// Checks of JSON that was read, which is untrusted: types, ranges and lengths. Each throws `Mismatch`, which says where.
import { parseTime } from "@lepta/data";

export type Check = (value: unknown, at: string) => void;

export class Mismatch extends Error {}

export const fail = (at: string, wanted: string): never => {
  throw new Mismatch(`${at} is not ${wanted}`);
};
export const text: Check = (value, at) => {
  if (typeof value !== "string" || value.length > 10_000) fail(at, "a string");
};
export const number: Check = (value, at) => {
  if (typeof value !== "number" || !Number.isFinite(value)) fail(at, "a finite number");
};
export const count: Check = (value, at) => {
  if (!Number.isSafeInteger(value) || (value as number) < 0) fail(at, "a whole number of 0 or more");
};
export const share: Check = (value, at) => {
  if (typeof value !== "number" || !(value >= 0 && value <= 1)) fail(at, "a share from 0 to 1");
};
export const hashCount: Check = (value, at) => {
  if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > 64)
    fail(at, "a whole number of 1 to 64");
};
export const sha256: Check = (value, at) => {
  if (typeof value !== "string" || !/^[0-9a-f]{64}$/.test(value)) fail(at, "a SHA-256 in hex");
};
export const time: Check = (value, at) => {
  if (typeof value !== "string" || Number.isNaN(parseTime(value))) fail(at, "a time in ISO 8601");
};
export const json: Check = (value, at) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) fail(at, "an object");
};
export const oneOf =
  (...allowed: readonly string[]): Check =>
  (value, at) => {
    if (!allowed.includes(value as string)) fail(at, `one of ${allowed.join(", ")}`);
  };
export const nullable =
  (check: Check): Check =>
  (value, at) => {
    if (value !== null) check(value, at);
  };
export const optional =
  (check: Check): Check =>
  (value, at) => {
    if (value !== undefined) check(value, at);
  };
export const list =
  (check: Check): Check =>
  (value, at) => {
    if (!Array.isArray(value)) fail(at, "a list");
    for (const [i, item] of (value as unknown[]).entries()) check(item, `${at}[${i}]`);
  };
export const record =
  (check: Check): Check =>
  (value, at) => {
    json(value, at);
    for (const [key, item] of Object.entries(value as object)) check(item, `${at}.${key}`);
  };
export const object =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value, at) => {
    json(value, at);
    for (const [key, check] of Object.entries(fields))
      check(Object.hasOwn(value as object, key) ? (value as Record<string, unknown>)[key] : undefined, `${at}.${key}`);
  };
/** A list of so many shares. */
export const shareList =
  (count: number): Check =>
  (value, at) => {
    list(share)(value, at);
    if ((value as unknown[]).length !== count) fail(at, `a list of ${count}`);
  };
