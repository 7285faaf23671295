// What is asked of the way of a prediction, and what was chosen to answer it.
import type { Prediction, Row } from "@lepta/api";
import type { RequestKey } from "./request-keys.ts";

export interface PredictRequest {
  row: Row;
  subject?: string | undefined;
  /** Makes the prediction repeatable: the same id again answers what was stored. */
  id?: string | undefined;
  /** JSON pointer of the row in the request, for error messages. */
  path: string;
}

export interface PredictCaller {
  organisationId: string;
  /** W3C traceparent of the request; kept with the predictions. */
  traceparent: string | undefined;
  /** Makes the whole request repeatable: the same key again answers what was stored. */
  repeatable?: RequestKey | undefined;
  /** The organisation's own use: counted, never billed. */
  own: boolean;
}

/** What a row is answered by. */
export interface Chosen {
  model: Prediction["model"];
  /** null: asked for by version, outside the deployment's variants. */
  variantId: string | null;
  variant: string;
}

/** A row on its way. */
export interface Planned {
  request: PredictRequest;
  /** Of the prediction. */
  id: string;
  subjectHash: string | null;
  chosen: Chosen;
}
