// POST /v2/models/{model}[/versions/{version}]/infer: each row is a prediction, stored and metered like any other.
import { ApiError, type InferRequest, type InferResponse } from "@lepta/api";
import { endpoint } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { withModel } from "../inference-target.ts";
import type { Principal, ServerContext } from "../server-context.ts";
import { checkOutputs, outputsOf, rowsOf } from "../tensors.ts";

export const infer = endpoint("infer", ({ server, principal, exchange, params, body }) =>
  run(server, principal, exchange, params.model, undefined, body),
);

export const inferVersion = endpoint("inferVersion", ({ server, principal, exchange, params, body }) =>
  run(server, principal, exchange, params.model, params.version, body),
);

async function run(
  server: ServerContext,
  principal: Principal,
  exchange: Exchange,
  name: string,
  versionName: string | undefined,
  { id, parameters, inputs, outputs }: InferRequest,
): Promise<InferResponse> {
  const subject = subjectOf(parameters);
  return withModel(server, principal, { name, version: versionName }, async ({ model, version }) => {
    const wanted = outputs?.map((output) => output.name);
    checkOutputs(model, wanted);
    const requests = rowsOf(inputs, model).map((row, i) => ({ row, subject, path: `/inputs (row ${i})` }));
    const { organisationId, own } = principal;
    const caller = { organisationId, own, traceparent: exchange.traceparent };
    const predictions =
      version === undefined
        ? await server.predictor.predict(caller, name, requests)
        : await server.predictor.predictByVersion(caller, name, version, requests);
    const versions = new Set(predictions.map((prediction) => prediction.model.version));
    return {
      model_name: name,
      // Rows of an experiment can be answered by several versions; then none is named.
      ...(versions.size === 1 ? { model_version: String([...versions][0]) } : {}),
      ...(id === undefined ? {} : { id }),
      outputs: outputsOf(predictions, model, wanted),
    };
  });
}

/** The request parameter `subject` keeps all rows of the request on one variant. */
function subjectOf(parameters: InferRequest["parameters"]): string | undefined {
  const subject = parameters?.subject;
  if (subject === undefined || (typeof subject === "string" && subject.length > 0 && subject.length <= 256))
    return subject;
  throw new ApiError("invalid-request", "/parameters/subject: is a string of 1 to 256 characters", {
    fix: "Send the subject as a string, or leave it out.",
  });
}
