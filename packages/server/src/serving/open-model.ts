// From a registered version to a served model: its bundle is put on disk, read, verified and opened.
import { ApiError, type FieldProblem, maxListed, type Row } from "@lepta/api";
import {
  isStorable,
  type ManifestInput,
  openScorer,
  plainRow,
  type RowProblem,
  readBundle,
  type Scorer,
} from "@lepta/ml";
import type { Store } from "../db/store.ts";
import { bundleDirectory } from "../registry/versions.ts";
import { defaultModelLimits, type ModelLimits } from "./model-limits.ts";
import type { ServedModel } from "./served-model.ts";

/**
 * The model runs in a process of its own: whoever registered it, it cannot hold up or end the server, and no organisation
 * another's.
 * @throws ApiError version-not-found; ServerError blob-missing, blob-corrupt; MlError bundle-corrupt
 */
export async function openModel(
  store: Store,
  organisationId: string,
  versionId: string,
  limits: ModelLimits = defaultModelLimits,
): Promise<ServedModel> {
  const dir = await bundleDirectory(store, store.tenant(organisationId), versionId);
  const scorer = await openScorer(await readBundle(dir), { threads: 1, process: limits });
  const { manifest } = scorer;
  const plain = plainRow(manifest.inputs);
  return {
    versionId,
    outcome: manifest.outcome,
    inputs: manifest.inputs,
    validate: (row) => (plain(row) ? [] : problemsOf(scorer, row)),
    score: (rows) =>
      scorer.score(rows).catch((error) => {
        throw endedBy(error) ?? error;
      }),
    close: () => scorer.close(),
  };
}

/** What a caller is told where the model's process is no more. */
function endedBy(cause: { code?: unknown; message?: string }): ApiError | undefined {
  if (cause.code !== "session-ended") return undefined;
  return new ApiError("model-failed", "the model's process has ended", {
    cause,
    fix: "Try again: the model is opened anew. If it stays, send fewer rows a request, or deploy another version.",
    retryAfterSeconds: 1,
  });
}

const codes: Readonly<Record<RowProblem["kind"], string>> = {
  "unknown-field": "row-unknown-field",
  "missing-field": "row-missing-field",
  "wrong-type": "row-wrong-type",
  "out-of-range": "row-wrong-type",
};

function problemsOf(scorer: Scorer, row: unknown): FieldProblem[] {
  const { row: looked, more } = withFewUnknown(row, scorer.manifest.inputs);
  const problems: FieldProblem[] = scorer.validate(looked).map(({ kind, field, message }) => ({
    path: field === "" ? "" : `/${pointer(field)}`,
    message,
    code: codes[kind],
  }));
  if (more > 0) problems.push({ path: "", message: `${more} more fields are unknown`, code: "row-unknown-field" });
  return problems.length > 0 ? problems : unstorable(row as Row);
}

/** Of fields that the model does not know the first are named and the rest counted: a row may have any number. */
function withFewUnknown(row: unknown, inputs: readonly ManifestInput[]): { row: unknown; more: number } {
  if (typeof row !== "object" || row === null || Array.isArray(row)) return { row, more: 0 };
  const names = Object.keys(row);
  if (names.length <= inputs.length + maxListed) return { row, more: 0 };
  const known = new Set(inputs.map(({ name }) => name));
  const unknown = names.filter((name) => !known.has(name));
  const left = new Set(unknown.slice(maxListed));
  const kept = Object.entries(row).filter(([name]) => !left.has(name));
  return { row: left.size === 0 ? row : Object.fromEntries(kept), more: left.size };
}

/** What JSON can write and a database's text cannot hold: NUL, and halves of surrogate pairs. */
function unstorable(row: Row): FieldProblem[] {
  return Object.entries(row).flatMap(([field, value]) =>
    typeof value !== "string" || isStorable(value)
      ? []
      : [{ path: `/${pointer(field)}`, message: "the string holds NUL or half a character", code: "row-wrong-type" }],
  );
}

function pointer(field: string): string {
  return field.replaceAll("~", "~0").replaceAll("/", "~1");
}
