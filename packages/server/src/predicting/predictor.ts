// The way of one prediction: the deployment, the variant, the model, the record. In that order, and each only once.
import {
  ApiError,
  type ApiErrorCode,
  type Deployment,
  type FieldProblem,
  maxListed,
  type Outcome,
  type Prediction,
  type Row,
} from "@lepta/api";
import { hashSubject, subjectSalt } from "../accounts/organisations.ts";
import { newId } from "../db/id.ts";
import type { Store } from "../db/store.ts";
import type { Tenant } from "../db/tenant.ts";
import { rulesOf } from "../outcomes/index.ts";
import { readVersion } from "../registry/versions.ts";
import type { Reservation } from "../serving/batcher.ts";
import { answerOf, readPredictions } from "../serving/prediction-records.ts";
import { noVariant } from "../serving/prediction-search.ts";
import type { PredictionWriter } from "../serving/prediction-writer.ts";
import {
  claimRequest,
  derivedId,
  fingerprintOf,
  keyHash,
  knowsRequest,
  type RequestKey,
} from "../serving/request-keys.ts";
import type { Lease, ScorerPool } from "../serving/scorer-pool.ts";
import { assign } from "./assignment.ts";
import type { DeploymentCache } from "./deployment-cache.ts";

export interface PredictRequest {
  row: Row;
  subject?: string | undefined;
  /** Makes the prediction repeatable: the same id again answers what was stored. */
  id?: string | undefined;
  /** JSON pointer of the row in the request, for error messages. */
  path: string;
}

export interface Predictor {
  /**
   * Predicts by the product's deployment. Resolves when every prediction is durable.
   * @throws ApiError product-not-found, deployment-not-found, row-…, prediction-conflict, idempotency-mismatch, overloaded
   */
  predict(caller: PredictCaller, product: string, requests: readonly PredictRequest[]): Promise<Prediction[]>;
  /** Predicts by one version, outside the deployment. @throws as predict; version-not-found */
  predictByVersion(
    caller: PredictCaller,
    product: string,
    version: number,
    requests: readonly PredictRequest[],
  ): Promise<Prediction[]>;
  /** What answers the product's predictions now. @throws ApiError product-not-found, deployment-not-found */
  deployment(organisationId: string, product: string): Promise<Deployment>;
  /** Resolves once the deployment that is stored now answers, as far as its models can be loaded. */
  renewDeployment(organisationId: string, product: string): Promise<void>;
}

interface PredictCaller {
  organisationId: string;
  /** W3C traceparent of the request; kept with the predictions. */
  traceparent: string | undefined;
  /** Makes the whole request repeatable: the same key again answers what was stored. */
  repeatable?: RequestKey | undefined;
  /** The organisation's own use: counted, never billed. */
  own: boolean;
}

export interface PredictorParts {
  store: Store;
  scorers: ScorerPool;
  writer: PredictionWriter;
  deployments: DeploymentCache;
  /** Told of predictions that are new, for the figures. */
  onPredictions?(count: number): void;
}

/** What a request is answered by. */
interface Chosen {
  model: Prediction["model"];
  variantId: string | null;
  variant: string;
}

export function predictor({ store, scorers, writer, deployments, onPredictions }: PredictorParts): Predictor {
  async function run(
    caller: PredictCaller,
    product: string,
    requests: readonly PredictRequest[],
    by: number | undefined,
    salt: () => Promise<string> | string,
    choose: (unit: string) => Chosen,
  ): Promise<Prediction[]> {
    const { organisationId } = caller;
    const tenant = () => store.tenant(organisationId);
    const repeatable = caller.repeatable && keyHash(caller.repeatable, product);
    const fingerprint = repeatable === undefined ? "" : fingerprintOf(requests, by);
    const idOf = (id: string | undefined, i: number) =>
      id?.toLowerCase() ?? (repeatable === undefined ? newId() : derivedId(repeatable, i));
    if (repeatable !== undefined && (await knowsRequest(tenant(), repeatable, fingerprint))) {
      const answers = await stored(
        tenant(),
        product,
        requests.map(({ id }, i) => idOf(id, i)),
      );
      // Not all are there where the first call failed on its way: it is gone through again.
      if (answers) return answers;
    }
    const key = requests.some((request) => request.subject !== undefined) ? await salt() : "";
    const planned = requests.map((request, i) => {
      const id = idOf(request.id, i);
      const subjectHash = request.subject === undefined ? null : hashSubject(key, request.subject);
      return { request, id, subjectHash, chosen: choose(subjectHash ?? id) };
    });
    const leases = new Map<string, Lease>();
    const places: { release(): void }[] = [];
    try {
      for (const { chosen } of planned) {
        if (!leases.has(chosen.model.id))
          leases.set(chosen.model.id, await scorers.load(organisationId, chosen.model.id));
      }
      // Every row is checked, and has its places, before any is scored: a refused request leaves nothing behind. One
      // that fails later (the database went away) may have stored part of its rows; with ids it can be repeated.
      const problems: FieldProblem[] = [];
      for (const { request, chosen } of planned) {
        // Enough to list, and to say that there are more: the rest is not looked at.
        if (problems.length > maxListed) break;
        for (const problem of (leases.get(chosen.model.id) as Lease).model.validate(request.row))
          problems.push({ ...problem, path: request.path + problem.path });
      }
      refuse(problems, product);
      // A request that is refused leaves its key free: it can be mended and sent again.
      if (repeatable !== undefined) await claimRequest(tenant(), repeatable, fingerprint);
      const writing = writer.reserve(organisationId, planned.length);
      places.push(writing);
      const scoring = new Map<string, Reservation<Row, Outcome>>();
      for (const [id, { model }] of leases) {
        const own = model.reserve(planned.filter(({ chosen }) => chosen.model.id === id).length);
        places.push(own);
        scoring.set(id, own);
      }
      const outcomes = await Promise.all(
        planned.map(({ request, chosen }) =>
          (scoring.get(chosen.model.id) as Reservation<Row, Outcome>).add(request.row),
        ),
      );
      refuseUnanswered(outcomes, planned);
      return await Promise.all(
        planned.map(async ({ request, id, subjectHash, chosen }, i) => {
          const outcome = outcomes[i] as Outcome;
          const { model, variant, variantId } = chosen;
          const at = new Date();
          const fresh = await writing.add({
            id,
            product,
            versionId: model.id,
            variantId,
            row: request.row,
            outcome,
            subjectHash,
            traceparent: caller.traceparent ?? null,
            own: caller.own,
            at,
          });
          if (!fresh) return repeat(organisationId, product, id, request.row, subjectHash);
          onPredictions?.(1);
          return { id, product, model, variant, outcome, at: at.toISOString() };
        }),
      );
    } finally {
      for (const place of places) place.release();
      for (const lease of leases.values()) lease.release();
    }
  }

  /** The stored answers in the order of the ids; undefined where one is not there. */
  async function stored(tenant: Tenant, product: string, ids: readonly string[]): Promise<Prediction[] | undefined> {
    const records = new Map((await readPredictions(tenant, ids)).map((record) => [record.id, record]));
    const found = ids.map((id) => records.get(id)).filter((record) => record?.product === product);
    return found.length === ids.length ? found.map((record) => answerOf(record!)) : undefined;
  }

  /** The stored answer of an id that was used before. */
  async function repeat(
    organisationId: string,
    product: string,
    id: string,
    row: Row,
    subjectHash: string | null,
  ): Promise<Prediction> {
    const [stored] = await readPredictions(store.tenant(organisationId), [id]);
    if (stored && stored.product === product && stored.subjectHash === subjectHash && sameRow(stored.row, row)) {
      return answerOf(stored);
    }
    throw new ApiError("prediction-conflict", `the prediction ${id} was made for another row, product or subject`, {
      fix: "Use a new id for a new prediction; a repeat sends what the first call sent.",
    });
  }

  return {
    deployment: (organisationId, product) => deployments.current(organisationId, product),
    renewDeployment: (organisationId, product) => deployments.renew(organisationId, product),
    async predict(caller, product, requests) {
      const deployment = await deployments.current(caller.organisationId, product);
      // The product, not the deployment, seeds the draw: a deployment that only changes shares moves few subjects.
      const choose = (unit: string): Chosen => {
        const winner = assign(deployment.variants, product, unit);
        if (!winner)
          throw new ApiError("deployment-not-found", `${product} has no variant`, { fix: "Deploy a version." });
        return { model: winner.model, variantId: winner.id, variant: winner.name };
      };
      return run(caller, product, requests, undefined, () => deployment.subjectSalt, choose);
    },
    async predictByVersion(caller, product, number, requests) {
      const { organisationId } = caller;
      const { id, name, version } = await readVersion(store.tenant(organisationId), { product, version: number });
      const chosen: Chosen = { model: { id, name, version }, variantId: null, variant: noVariant };
      return run(
        caller,
        product,
        requests,
        number,
        () => subjectSalt(store, organisationId),
        () => chosen,
      );
    },
  };
}

/** The first problem names the error's code. */
function refuse(problems: FieldProblem[], product: string): void {
  const first = problems[0];
  if (!first) return;
  throw new ApiError((first.code ?? "row-wrong-type") as ApiErrorCode, `${first.path}: ${first.message}`, {
    errors: problems,
    fix: `Send the fields that GET /v1/products/${product} lists under inputs, each with its type; null where missing.`,
  });
}

/** JSON has no NaN and no infinity. Before anything is stored: a refused request leaves nothing behind. */
function refuseUnanswered(outcomes: readonly Outcome[], planned: readonly { request: PredictRequest }[]): void {
  const odd = outcomes.findIndex((outcome) => !rulesOf(outcome).finite(outcome));
  if (odd < 0) return;
  const path = planned[odd]?.request.path ?? "";
  const message = "the model's answer is not a finite number";
  throw new ApiError("row-unanswered", `${path}: ${message}`, {
    errors: [{ path, message, code: "row-unanswered" }],
    fix: "Look for values far from those that the model was trained on, or deploy another version.",
  });
}

function sameRow(a: Row, b: Row): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && a[name] === b[name]);
}
