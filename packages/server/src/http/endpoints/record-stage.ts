// POST /v1/runs/{id}/stages
import { recordStage as record } from "../../registry/stages.ts";
import { readJson } from "../body.ts";
import { endpoint } from "../endpoint.ts";

/** A stage's result may list what was put aside of a large table, row by row. */
const bodyBytes = 32 * 2 ** 20;

export const recordStage = endpoint(
  "recordStage",
  async ({ server, principal, params, body }) => {
    const { inputHash, summary, result, error, ...stage } = body;
    await record(server.store.tenant(principal.organisationId), params.id, {
      ...stage,
      ...(inputHash === undefined ? {} : { inputHash }),
      ...(summary === undefined ? {} : { summary }),
      ...(result === undefined ? {} : { result }),
      ...(error === undefined ? {} : { error }),
    });
    return { recorded: 1 };
  },
  { read: (request, limit) => readJson(request, Math.max(limit, bodyBytes)) },
);
