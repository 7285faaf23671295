// Figures of any form as one line of text, and names of the code as words.
import { shortId } from "../parts/references.tsx";
import type { Json } from "../state/summary.ts";
import { formatCount, formatValue } from "./numbers.ts";

/** `repeatedRows` → "repeated rows"; what is no such name (AUC, R², "log loss") stays as it is. */
export function spoken(name: string): string {
  return /^[a-z]+([A-Z][a-z]*)+$/.test(name) ? name.replace(/[A-Z]/g, (letter) => ` ${letter}`).toLowerCase() : name;
}

/** A figure in one line: a list by its items, a record by its values. */
export function figureText(value: Json): string {
  if (value === null) return "–";
  if (typeof value === "number") return Number.isInteger(value) ? formatCount(value) : formatValue(value);
  if (typeof value !== "object") return shortened(String(value));
  if (Array.isArray(value)) return value.length === 0 ? "none" : shortened(value.map(figureText).join(", "));
  return shortened(
    Object.entries(value)
      .map(([name, inner]) => `${name} ${figureText(inner)}`)
      .join(", "),
  );
}

const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function shortened(text: string): string {
  if (isUuid.test(text)) return shortId(text);
  return /^[0-9a-f]{64}$/.test(text) ? text.slice(0, 8) : text.length > 160 ? `${text.slice(0, 159)}…` : text;
}
