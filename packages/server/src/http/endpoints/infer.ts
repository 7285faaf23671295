// POST /v2/models/{model}[/versions/{version}]/infer: each row is a prediction, stored and metered like any other.
import { ApiError, type InferRequest, type InferResponse, routes } from "@lepta/api";
import type { RequestKey } from "../../predicting/request-keys.ts";
import {
  binaryOutputs,
  headerLength,
  type InferenceBody,
  readInference,
  toBinary,
  withBinaryData,
} from "../binary-tensors.ts";
import { check } from "../check.ts";
import { endpoint } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { withModel } from "../inference-target.ts";
import { RawResult } from "../raw-result.ts";
import { requestKey } from "../request-key.ts";
import type { Principal, ServerContext } from "../server-context.ts";
import { checkOutputs, outputsOf, rowsOf } from "../tensors.ts";

/** Reads binary tensors as well, and puts their values where JSON has them. */
const reading = {
  read: readInference,
  body(raw: unknown): InferRequest {
    const { document, binary } = raw as InferenceBody;
    return withBinaryData(check(routes.infer.body, document, "") as InferRequest, binary);
  },
};

export const infer = endpoint(
  "infer",
  ({ server, principal, exchange, params, body }) => run(server, principal, exchange, params.model, undefined, body),
  reading,
);

export const inferVersion = endpoint(
  "inferVersion",
  ({ server, principal, exchange, params, body }) =>
    run(server, principal, exchange, params.model, params.version, body),
  reading,
);

async function run(
  server: ServerContext,
  principal: Principal,
  exchange: Exchange,
  name: string,
  versionName: string | undefined,
  request: InferRequest,
): Promise<InferResponse | RawResult> {
  const { id, parameters, inputs, outputs } = request;
  const subject = subjectOf(parameters);
  const binary = binaryOutputs(request);
  return withModel(server, principal, { name, version: versionName }, async ({ model, version }) => {
    const wanted = outputs?.map((output) => output.name);
    const described = checkOutputs(model, wanted);
    const requests = rowsOf(inputs, model).map((row, i) => ({ row, subject, path: `/inputs (row ${i})` }));
    const { organisationId, own } = principal;
    const caller = {
      organisationId,
      own,
      traceparent: exchange.traceparent,
      // The header is the caller's word for it; else the protocol's own id.
      repeatable: requestKey(exchange.request, principal) ?? fieldKey(id, principal),
    };
    const predictions =
      version === undefined
        ? await server.predictor.predict(caller, name, requests)
        : await server.predictor.predictByVersion(caller, name, version, requests);
    const versions = new Set(predictions.map((prediction) => prediction.model.version));
    const response: InferResponse = {
      model_name: name,
      // Rows of an experiment can be answered by several versions; then none is named.
      ...(versions.size === 1 ? { model_version: String([...versions][0]) } : {}),
      ...(id === undefined ? {} : { id }),
      outputs: outputsOf(predictions, model, wanted),
    };
    if (!described.some((output) => binary(output.name))) return response;
    const { size, body } = toBinary(response, binary);
    return new RawResult(body, { "content-type": "application/octet-stream", [headerLength]: String(size) });
  });
}

function fieldKey(id: string | undefined, { keyId }: Principal): RequestKey | undefined {
  return id ? { kind: "field", value: id, keyId } : undefined;
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
