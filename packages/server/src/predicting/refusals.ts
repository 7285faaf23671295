// What refuses a whole request on its way: rows that do not fit their model, and answers that JSON cannot say.
import { ApiError, type ApiErrorCode, type FieldProblem, maxListed, type Outcome } from "@lepta/api";
import { rulesOf } from "../outcomes/index.ts";
import type { HeldModels } from "./held-models.ts";
import type { Planned } from "./predict-request.ts";

/** The first problem names the error's code. @throws ApiError row-unknown-field, row-wrong-type, row-missing-field */
export function refuseRows(planned: readonly Planned[], models: HeldModels, product: string): void {
  const problems: FieldProblem[] = [];
  for (const one of planned) {
    // Enough to list, and to say that there are more: the rest is not looked at.
    if (problems.length > maxListed) break;
    for (const problem of models.of(one).validate(one.request.row))
      problems.push({ ...problem, path: one.request.path + problem.path });
  }
  const first = problems[0];
  if (!first) return;
  throw new ApiError((first.code ?? "row-wrong-type") as ApiErrorCode, `${first.path}: ${first.message}`, {
    errors: problems,
    fix: `Send the fields that GET /v1/products/${product} lists under inputs, each with its type; null where missing.`,
  });
}

/** JSON has no NaN and no infinity. @throws ApiError row-unanswered */
export function refuseUnanswered(outcomes: readonly Outcome[], planned: readonly Planned[]): void {
  const odd = outcomes.findIndex((outcome) => !rulesOf(outcome).finite(outcome));
  if (odd < 0) return;
  const path = planned[odd]?.request.path ?? "";
  const message = "the model's answer is not a finite number";
  throw new ApiError("row-unanswered", `${path}: ${message}`, {
    errors: [{ path, message, code: "row-unanswered" }],
    fix: "Look for values far from those that the model was trained on, or deploy another version.",
  });
}
