// What a product file's values must be. Types say it too, but a file that is only run is not type-checked.
import { suggestName } from "@lepta/data";
import { CliError } from "../errors.ts";

export function refuse(message: string, fix: string): never {
  throw new CliError("product-invalid", message, fix);
}

/** Throws `product-invalid` unless `value` is an object with these keys alone; the message names the key. */
export function checkKeys(what: string, value: unknown, keys: readonly string[]): void {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    refuse(`${what} is ${shown(value)}, not an object.`, `Give an object with the keys ${keys.join(", ")}.`);
  for (const key of Object.keys(value))
    if (!keys.includes(key)) refuse(`${what} has an unknown key "${key}".`, suggestName(key, keys));
}

/** Throws `product-invalid` unless `value` is a string that is not empty. */
export function checkText(what: string, value: unknown): void {
  if (typeof value !== "string" || value === "") refuse(`${what} is ${shown(value)}, not a text.`, "Give a text.");
}

/** Throws `product-invalid` unless `value` is one of the words. */
export function checkWord(what: string, value: unknown, words: readonly string[]): void {
  if (typeof value !== "string") refuse(`${what} is ${shown(value)}.`, `Use one of ${words.join(", ")}.`);
  if (!words.includes(value)) refuse(`${what} is ${shown(value)}.`, suggestName(value, words));
}

/** Throws `product-invalid` unless `value` was made by the function that makes this kind. */
export function checkKind(what: string, value: unknown, kinds: readonly string[], maker: string): void {
  const kind = typeof value === "object" && value !== null ? (value as { kind?: unknown }).kind : undefined;
  if (!kinds.includes(kind as string)) refuse(`${what} is ${shown(value)}.`, `Make it with ${maker}.`);
}

export function shown(value: unknown): string {
  if (value === undefined) return "missing";
  if (typeof value === "function") return "a function";
  return JSON.stringify(value)?.slice(0, 80) ?? String(value);
}
