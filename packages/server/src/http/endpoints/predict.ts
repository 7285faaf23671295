// POST /v1/products/{product}/predictions
import { ApiError, routes } from "@lepta/api";
import { isUuid } from "../../db/id.ts";
import type { PredictRequest } from "../../predicting/predict-request.ts";
import { check } from "../check.ts";
import { type Call, endpoint } from "../endpoint.ts";
import { requestKey } from "../request-key.ts";

type Body = Call<"predict">["body"];

export const predict = endpoint(
  "predict",
  async ({ server, principal, exchange, params, body }) => {
    const { organisationId, own } = principal;
    const caller = {
      organisationId,
      own,
      traceparent: exchange.traceparent,
      repeatable: requestKey(exchange.request, principal),
    };
    if (!("rows" in body)) {
      const [only] = await server.predictor.predict(caller, params.product, [{ ...body, path: "/row" }]);
      return only as NonNullable<typeof only>;
    }
    const requests = body.rows.map((one, i): PredictRequest => ({ ...one, path: `/rows/${i}/row` }));
    refuseRepeatedIds(requests);
    return { predictions: await server.predictor.predict(caller, params.product, requests) };
  },
  // The busiest route: a body that is plainly right skips the schema; any other goes to it, to be told what is wrong.
  // The values of a row are checked once, against the model.
  { body: (raw) => (isOne(raw) || isMany(raw) ? (raw as Body) : (check(routes.predict.body, raw, "") as Body)) },
);

function isOne(raw: unknown): boolean {
  if (typeof raw !== "object" || raw === null) return false;
  for (const name in raw) if (name !== "row" && name !== "subject" && name !== "id") return false;
  const { row, subject, id } = raw as Record<string, unknown>;
  return (
    typeof row === "object" &&
    row !== null &&
    !Array.isArray(row) &&
    (subject === undefined || (typeof subject === "string" && subject.length > 0 && subject.length <= 256)) &&
    (id === undefined || (typeof id === "string" && isUuid(id) && /^.{14}[1-8].{4}[89ab]/i.test(id)))
  );
}

function isMany(raw: unknown): boolean {
  if (typeof raw !== "object" || raw === null) return false;
  for (const name in raw) if (name !== "rows") return false;
  const { rows } = raw as { rows?: unknown };
  return Array.isArray(rows) && rows.length > 0 && rows.length <= 1000 && rows.every(isOne);
}

/** One id twice in a request would answer one row with the other's prediction. */
function refuseRepeatedIds(requests: readonly PredictRequest[]): void {
  const seen = new Set<string>();
  for (const [i, { id }] of requests.entries()) {
    if (id === undefined) continue;
    // Ids differ whatever their letters' case: the store keeps one form.
    const form = id.toLowerCase();
    if (seen.has(form)) throw repeated(i);
    seen.add(form);
  }
}

function repeated(i: number): ApiError {
  const message = "the id is another row's as well";
  return new ApiError("invalid-request", `/rows/${i}/id: ${message}`, {
    errors: [{ path: `/rows/${i}/id`, message }],
    fix: "Give each row its own id, or none.",
  });
}
