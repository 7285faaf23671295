// The way of a prediction, from the request to the stored answer: repeat, plan, models, checks, places, outcomes, record.
import { ApiError, type Deployment, type Outcome, type Prediction } from "@lepta/api";
import { hashSubject, subjectSalt } from "../accounts/organisations.ts";
import { newId } from "../db/id.ts";
import type { Store } from "../db/store.ts";
import type { DeploymentCache } from "../experiments/deployment-cache.ts";
import { readVersion } from "../registry/versions.ts";
import type { Reservation } from "../serving/batcher.ts";
import { noVariant } from "../serving/prediction-search.ts";
import type { ScorerPool } from "../serving/scorer-pool.ts";
import { assign } from "./assignment.ts";
import { holdModels } from "./held-models.ts";
import type { Chosen, Planned, PredictCaller, PredictRequest } from "./predict-request.ts";
import type { NewPrediction, PredictionWriter } from "./prediction-writer.ts";
import { refuseRows, refuseUnanswered } from "./refusals.ts";
import { claimRequest, derivedId, fingerprintOf, keyHash, knowsRequest } from "./request-keys.ts";
import { repeatedAnswer, storedAnswers } from "./stored-answers.ts";

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

export interface PredictorParts {
  store: Store;
  scorers: ScorerPool;
  writer: PredictionWriter;
  deployments: DeploymentCache;
  /** Told of predictions that are new, for the figures. */
  onPredictions?(count: number): void;
}

/** A request on its way. */
interface Way {
  caller: PredictCaller;
  product: string;
  requests: readonly PredictRequest[];
  /** The version that was asked for, if one was. */
  by: number | undefined;
  /** Of the organisation, for hashing subjects; asked for where a row has one. */
  salt(): Promise<string> | string;
  /** @param unit the subject's hash, or the prediction's id */
  choose(unit: string): Chosen;
}

export function predictor({ store, scorers, writer, deployments, onPredictions }: PredictorParts): Predictor {
  async function run(way: Way): Promise<Prediction[]> {
    const { caller, product, requests, by } = way;
    const { organisationId } = caller;
    const tenant = () => store.tenant(organisationId);
    const repeatable = caller.repeatable && keyHash(caller.repeatable, product);
    const fingerprint = repeatable === undefined ? "" : fingerprintOf(requests, by);
    const ids = requests.map(
      ({ id }, i) => id?.toLowerCase() ?? (repeatable === undefined ? newId() : derivedId(repeatable, i)),
    );
    if (repeatable !== undefined && (await knowsRequest(tenant(), repeatable, fingerprint))) {
      // Not all are there where the first call failed on its way: it is gone through again.
      const answers = await storedAnswers(tenant(), product, ids);
      if (answers) return answers;
    }
    const planned = await plan(way, ids);
    const models = await holdModels(scorers, organisationId, planned);
    let writing: Reservation<NewPrediction, boolean> | undefined;
    try {
      // Every row is checked, and has its places, before any is scored: a refused request leaves nothing behind. One
      // that fails later (the database went away) may have stored part of its rows; with ids it can be repeated.
      refuseRows(planned, models, product);
      // A request that is refused leaves its key free: it can be mended and sent again.
      if (repeatable !== undefined) await claimRequest(tenant(), repeatable, fingerprint);
      const places = writer.reserve(organisationId, planned.length);
      writing = places;
      models.reserve();
      const outcomes = await models.score();
      refuseUnanswered(outcomes, planned);
      return await Promise.all(planned.map((one, i) => record(places, way, one, outcomes[i] as Outcome)));
    } finally {
      writing?.release();
      models.release();
    }
  }

  /** @returns the answer, durable. */
  async function record(
    writing: Reservation<NewPrediction, boolean>,
    { caller, product }: Way,
    one: Planned,
    outcome: Outcome,
  ): Promise<Prediction> {
    const { id, request, subjectHash, chosen } = one;
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
    if (!fresh) return repeatedAnswer(store.tenant(caller.organisationId), product, one);
    onPredictions?.(1);
    return { id, product, model, variant, outcome, at: at.toISOString() };
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
      return run({ caller, product, requests, by: undefined, salt: () => deployment.subjectSalt, choose });
    },
    async predictByVersion(caller, product, number, requests) {
      const { organisationId } = caller;
      const { id, name, version } = await readVersion(store.tenant(organisationId), { product, version: number });
      const chosen: Chosen = { model: { id, name, version }, variantId: null, variant: noVariant };
      const salt = () => subjectSalt(store, organisationId);
      return run({ caller, product, requests, by: number, salt, choose: () => chosen });
    },
  };
}

/** Each row with its id and with what answers it. */
async function plan({ requests, salt, choose }: Way, ids: readonly string[]): Promise<Planned[]> {
  const key = requests.some(({ subject }) => subject !== undefined) ? await salt() : "";
  return requests.map((request, i) => {
    const id = ids[i] as string;
    const subjectHash = request.subject === undefined ? null : hashSubject(key, request.subject);
    return { request, id, subjectHash, chosen: choose(subjectHash ?? id) };
  });
}
