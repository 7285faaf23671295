// The typed space of a search: numbers on a linear or logarithmic scale, integers, and choices.

import type { Rng } from "@lepta/nn";
import { MlError } from "../errors.ts";

/** A number in [low, high]; with `log`, uniform in its logarithm. */
export interface NumberParameter {
  readonly kind: "float" | "int";
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
}

type Option = string | number | boolean | null;

/** One of a few values without order. */
export interface ChoiceParameter<T extends Option = Option> {
  readonly kind: "choice";
  readonly options: readonly T[];
}

export type Parameter = NumberParameter | ChoiceParameter;

/** Parameters by name. */
export type Space = Readonly<Record<string, Parameter>>;

/** A value for each parameter of a space. */
export type Point<S extends Space> = {
  readonly [Name in keyof S]: S[Name] extends ChoiceParameter<infer T> ? T : number;
};

interface Scale {
  /** Search the logarithm; both ends must be positive. Default false. */
  readonly log?: boolean;
}

/** A real number in [low, high]. */
export function float(low: number, high: number, scale: Scale = {}): NumberParameter {
  return { kind: "float", low, high, log: scale.log ?? false };
}

/** A whole number in [low, high], both included. */
export function int(low: number, high: number, scale: Scale = {}): NumberParameter {
  return { kind: "int", low, high, log: scale.log ?? false };
}

/** One of `options`. */
export function choice<const T extends Option>(options: readonly T[]): ChoiceParameter<T> {
  return { kind: "choice", options };
}

/** Throws search-space-invalid at the first parameter that has nothing to choose from. */
export function checkSpace(space: Space): void {
  for (const [name, parameter] of Object.entries(space)) {
    const reason = wrongWith(parameter);
    if (reason === undefined) continue;
    throw new MlError("search-space-invalid", `Parameter "${name}" ${reason}.`, "Correct it, or leave it out.");
  }
}

function wrongWith(parameter: Parameter): string | undefined {
  if (parameter.kind === "choice") return parameter.options.length === 0 ? "has no options" : undefined;
  const { kind, low, high, log } = parameter;
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) return `has the empty range [${low}, ${high}]`;
  if (log && low <= 0) return `is logarithmic but starts at ${low}`;
  if (kind === "int" && !(Number.isInteger(low) && Number.isInteger(high))) return "is whole but its ends are not";
  return undefined;
}

/** Throws search-space-invalid unless `point` has exactly the space's parameters, each in its range. */
export function checkPoint(space: Space, point: Readonly<Record<string, unknown>>): void {
  for (const name of new Set([...Object.keys(space), ...Object.keys(point)])) {
    const parameter = space[name];
    const value = point[name];
    const inside =
      parameter?.kind === "choice"
        ? parameter.options.includes(value as Option)
        : parameter !== undefined && typeof value === "number" && value >= parameter.low && value <= parameter.high;
    if (inside) continue;
    throw new MlError(
      "search-space-invalid",
      `A past trial has ${JSON.stringify(value)} for "${name}", which is not in the space.`,
      "Resume with the space that the past trials were made in, or start without them.",
    );
  }
}

/** The interval in which a number parameter is searched: logarithms if `log`, and half a step wider for integers. */
export function searchInterval(parameter: NumberParameter): { low: number; high: number } {
  const margin = parameter.kind === "int" ? 0.5 : 0;
  const ends = [parameter.low - margin, parameter.high + margin] as const;
  const [low, high] = parameter.log ? [Math.log(ends[0]), Math.log(ends[1])] : ends;
  return { low, high };
}

/** From the search interval to the parameter's own scale, rounded and kept in range. */
export function fromSearchScale(parameter: NumberParameter, coordinate: number): number {
  const value = parameter.log ? Math.exp(coordinate) : coordinate;
  const rounded = parameter.kind === "int" ? Math.round(value) : value;
  return Math.min(parameter.high, Math.max(parameter.low, rounded));
}

/** Onto the search interval. */
export function toSearchScale(parameter: NumberParameter, value: number): number {
  return parameter.log ? Math.log(value) : value;
}

/** A point drawn uniformly. */
export function randomPoint<S extends Space>(space: S, random: Rng): Point<S> {
  const entries = Object.entries(space).map(([name, parameter]) => {
    if (parameter.kind === "choice") return [name, parameter.options[random.integer(parameter.options.length)]];
    const { low, high } = searchInterval(parameter);
    return [name, fromSearchScale(parameter, low + random.uniform() * (high - low))];
  });
  return Object.fromEntries(entries) as Point<S>;
}
