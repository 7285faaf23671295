// Every error code of the wire and the server, with its meaning and its HTTP status, in one place.

/** Code → one-line meaning. Each has a page in docs/errors. */
export const apiErrors = {
  "malformed-json": "the request body is not JSON",
  "invalid-request": "the path, query or body does not match the route's schema",
  "row-unknown-field": "a row has a field that the product does not know",
  "row-wrong-type": "a row's field has the wrong type",
  "row-missing-field": "a row lacks a field that the product requires",
  "row-unanswered": "the model's answer to a row is no finite number",
  "invalid-label": "the feedback's label is none that the product's outcomes have",
  "body-too-large": "the request body is over the server's limit",
  "unsupported-media-type": "the request body is declared as what the route does not read",
  "binary-tensor-invalid": "the binary tensors of the request do not have the sizes or contents that it declares",
  "extension-unsupported": "the server does not speak this extension of the Open Inference Protocol",
  "missing-key": "the request carries no API key",
  "unknown-key": "no API key of this server matches",
  "revoked-key": "the API key was revoked",
  "missing-scope": "the API key lacks the scope that the route asks for",
  "host-not-allowed": "the request names a Host that the server does not answer to",
  "route-not-found": "the server has no such route",
  "method-not-allowed": "the route exists, but not with this method",
  "product-not-found": "the organisation has no product of this name",
  "version-not-found": "the product has no such model version",
  "deployment-not-found": "the product has no deployment",
  "run-not-found": "the organisation has no such run",
  "prediction-not-found": "the organisation has no such prediction",
  "invoice-not-found": "the organisation has no such invoice",
  "invoice-line-not-found": "the organisation has no such invoice line",
  "key-not-found": "the organisation has no such API key",
  "name-taken": "the name is in use already",
  "idempotency-mismatch": "the idempotency key was used before with another request",
  "prediction-conflict": "the prediction id was used before with another request",
  "run-finished": "the run has ended and takes no more stages or events",
  "invalid-deployment": "the deployment's variants, weights or roles are not possible",
  "invalid-price": "the price is not a whole number of micro-units with a currency",
  "price-missing": "no product had a price in the month, so there is nothing to invoice",
  "invalid-period": "the period is not a calendar month written YYYY-MM",
  "amount-too-large": "an invoice's amounts are too large to be counted exactly",
  "currency-ambiguous": "the period has usage in several currencies and none was chosen",
  "bundle-unusable": "the bundle's files or manifest cannot be registered",
  "model-failed": "the model took too long or too much memory, or its process ended",
  "rate-limited": "too many requests with this key, or too many with wrong keys from this address",
  overloaded: "the server has more requests waiting than it can answer in time",
  "store-locked": "another process has the store open",
  "upload-not-found": "no uploaded file has this hash",
  "bundle-file-not-found": "the version's bundle has no such file",
  "deployment-changed": "another deployment is in service than the one to be replaced",
  "store-full": "the store's disk has no room for more",
  "database-unreachable": "the database does not answer",
  "server-unreachable": "no answer came from the server's address",
  "unexpected-response": "the answer is not what the route's schema says",
  "internal-error": "the server failed",
} as const;

export type ApiErrorCode = keyof typeof apiErrors;

/** Code → HTTP status. 0: the error never travels over HTTP as an answer (the client made it). */
export const apiErrorStatus = {
  "malformed-json": 400,
  "invalid-request": 422,
  "row-unknown-field": 422,
  "row-wrong-type": 422,
  "row-missing-field": 422,
  "row-unanswered": 422,
  "invalid-label": 422,
  "body-too-large": 413,
  "unsupported-media-type": 415,
  "binary-tensor-invalid": 400,
  "extension-unsupported": 400,
  "missing-key": 401,
  "unknown-key": 401,
  "revoked-key": 401,
  "missing-scope": 403,
  "host-not-allowed": 421,
  "route-not-found": 404,
  "method-not-allowed": 405,
  "product-not-found": 404,
  "version-not-found": 404,
  "deployment-not-found": 404,
  "run-not-found": 404,
  "prediction-not-found": 404,
  "invoice-not-found": 404,
  "invoice-line-not-found": 404,
  "key-not-found": 404,
  "name-taken": 409,
  "idempotency-mismatch": 422,
  "prediction-conflict": 409,
  "run-finished": 409,
  "invalid-deployment": 422,
  "invalid-price": 422,
  "price-missing": 409,
  "invalid-period": 422,
  "amount-too-large": 422,
  "currency-ambiguous": 422,
  "bundle-unusable": 422,
  "model-failed": 503,
  "rate-limited": 429,
  overloaded: 503,
  "store-locked": 503,
  "upload-not-found": 404,
  "bundle-file-not-found": 404,
  "deployment-changed": 409,
  "store-full": 507,
  "database-unreachable": 503,
  "server-unreachable": 0,
  "unexpected-response": 0,
  "internal-error": 500,
} as const satisfies Record<ApiErrorCode, number>;

/** One place in a request that is wrong: `path` is a JSON pointer into the body, or `query/name`, `path/name`. */
export interface FieldProblem {
  path: string;
  message: string;
  code?: string | undefined;
}

export interface ApiErrorDetails {
  fix: string;
  cause?: unknown;
  errors?: readonly FieldProblem[];
  /** Problems that were counted beside those of `errors`. Default 0. */
  omitted?: number;
  /** Overrides the code's own status: the client passes on what the server answered. */
  status?: number;
  /** Seconds to wait, sent as Retry-After. */
  retryAfterSeconds?: number;
}

/** Problems that an error lists; further ones are counted. An answer must not grow with what was sent. */
export const maxListed = 30;
/** Characters of a message and of a place, which both can quote what was sent. */
const maxMessage = 1000;
const maxPlace = 200;

/** An error that may be shown to the caller. Match on `code`, never on the message. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: ApiErrorCode;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly fix: string;
  /** At most `maxListed`. */
  readonly errors: readonly FieldProblem[];
  /** Problems that were found and are not listed. */
  readonly omitted: number;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ApiErrorCode, message: string, details: ApiErrorDetails) {
    super(shorten(message, maxMessage), details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = details.status ?? apiErrorStatus[code];
    this.fix = shorten(details.fix, maxMessage);
    const { errors = [], omitted = 0 } = details;
    this.errors = errors.slice(0, maxListed).map(listed);
    this.omitted = omitted + errors.length - this.errors.length;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

function listed(problem: FieldProblem): FieldProblem {
  return { ...problem, path: shorten(problem.path, maxPlace), message: shorten(problem.message, maxMessage) };
}

/** Cut at a whole character, so that what is left is text. */
function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return `${text.slice(0, last >= 0xd800 && last < 0xdc00 ? length - 1 : length)}…`;
}

export function isApiErrorCode(code: string): code is ApiErrorCode {
  return Object.hasOwn(apiErrors, code);
}
