// One clear error for people and one for machines: what was wrong, where, the fix, the code.
import type { leptaErrors } from "../../errors.ts";

export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

interface Coded extends Error {
  readonly code: string;
  readonly fix: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

/** Errors of every package of the house have a code and a fix. */
function isCoded(error: unknown): error is Coded {
  return (
    error instanceof Error &&
    typeof (error as Partial<Coded>).code === "string" &&
    typeof (error as Partial<Coded>).fix === "string"
  );
}

export function errorReport(error: unknown): ErrorReport {
  if (isCoded(error)) {
    const { code, message, fix, errors = [] } = error;
    return { code, message, fix, ...(errors.length > 0 ? { errors } : {}) };
  }
  return {
    code: "unexpected-failure" satisfies keyof typeof leptaErrors,
    message: error instanceof Error ? error.message : String(error),
    fix: "Run the command again with --debug and report what it prints.",
  };
}

/** The error as text; with the stack and the causes when `debug`. */
export function errorText(error: unknown, debug: boolean): string {
  const { code, message, fix, errors = [] } = errorReport(error);
  const lines = [`error: ${message}`];
  for (const problem of errors) lines.push(`       ${problem.path}: ${problem.message}`);
  lines.push(`  fix: ${fix}`, ` code: ${code}`);
  if (debug) {
    for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
      lines.push("", cause.stack ?? cause.message);
    const { also } = error as { also?: unknown };
    if (also instanceof Error) lines.push("", `then: ${also.stack ?? also.message}`);
  }
  return lines.join("\n");
}
