// Two runs beside each other: every figure of their stages, and which of them differ.
import type { Run } from "@lepta/api";
import { flatFigures, type Json } from "./summary.ts";

export interface ComparedFigure {
  readonly stage: string;
  readonly name: string;
  /** undefined: the run has no such figure. */
  readonly left: Json | undefined;
  readonly right: Json | undefined;
  readonly differs: boolean;
}

/** In the order of the stages and of the figures in them; those of the left run first. */
export function compareRuns(left: Run, right: Run): ComparedFigure[] {
  const stages = [...new Set([...inOrder(left), ...inOrder(right)])];
  return stages.flatMap((stage) => {
    const [a, b] = [figuresOf(left, stage), figuresOf(right, stage)];
    return [...new Set([...a.keys(), ...b.keys()])].map((name) => {
      const [one, other] = [a.get(name), b.get(name)];
      return { stage, name, left: one, right: other, differs: JSON.stringify(one) !== JSON.stringify(other) };
    });
  });
}

function inOrder(run: Run): string[] {
  return [...run.stages].sort((a, b) => a.position - b.position).map(({ name }) => name);
}

function figuresOf(run: Run, stage: string): Map<string, Json> {
  const found = run.stages.find(({ name }) => name === stage);
  return found === undefined ? new Map() : new Map([["status", found.status], ...flatFigures(found.summary ?? {})]);
}
