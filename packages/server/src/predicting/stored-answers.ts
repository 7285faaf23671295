// The answers of predictions that are stored already: a repeat is told what the first call was told.
import { ApiError, type Prediction, type Row } from "@lepta/api";
import type { Tenant } from "../db/tenant.ts";
import { answerOf, readPredictions } from "../serving/prediction-records.ts";
import type { Planned } from "./predict-request.ts";

/** In the order of the ids; undefined where one is not there. */
export async function storedAnswers(
  tenant: Tenant,
  product: string,
  ids: readonly string[],
): Promise<Prediction[] | undefined> {
  const records = new Map((await readPredictions(tenant, ids)).map((record) => [record.id, record]));
  const found = ids.map((id) => records.get(id)).filter((record) => record?.product === product);
  return found.length === ids.length ? found.map((record) => answerOf(record!)) : undefined;
}

/** The answer of an id that was used before. @throws ApiError prediction-conflict where it was for something else */
export async function repeatedAnswer(
  tenant: Tenant,
  product: string,
  { id, request: { row }, subjectHash }: Planned,
): Promise<Prediction> {
  const [stored] = await readPredictions(tenant, [id]);
  if (stored && stored.product === product && stored.subjectHash === subjectHash && sameRow(stored.row, row)) {
    return answerOf(stored);
  }
  throw new ApiError("prediction-conflict", `the prediction ${id} was made for another row, product or subject`, {
    fix: "Use a new id for a new prediction; a repeat sends what the first call sent.",
  });
}

function sameRow(a: Row, b: Row): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && a[name] === b[name]);
}
