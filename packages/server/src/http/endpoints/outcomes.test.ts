// One suite over every kind of outcome: predicted over HTTP, stored, read, listed, told the truth, compared, inferred.
import { join } from "node:path";
import {
  createApiClient,
  type Experiment,
  type Label,
  type Outcome,
  type OutcomeForm,
  type OutcomeKind,
  type PredictionRecord,
} from "@lepta/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { madeModels, writeMadeBundle } from "../../../../ml/testing/made-bundle.ts";
import { checkAnswer } from "../../../testing/check-answer.ts";
import { describeStores, type TestStore } from "../../../testing/stores.ts";
import { createKey } from "../../accounts/keys.ts";
import { createOrganisation } from "../../accounts/organisations.ts";
import type { Tenant } from "../../db/tenant.ts";
import { deploy } from "../../experiments/deployment.ts";
import { type RunningServer, startServer } from "../../main/start-server.ts";
import { formOf } from "../../outcomes/index.ts";
import { registerProduct } from "../../registry/products.ts";
import { registerVersion } from "../../registry/versions.ts";

/** 0.1 + 0.2 and 1/3 have no short decimal form; the last is a time in ms. */
const xs = [0.1 + 0.2, 1 / 3, -4, 3, 0, 1_732_810_253_001];

interface Expected {
  form: OutcomeForm;
  /** The truth of each row, and the mean cost that follows. */
  truth(x: number, i: number): Label;
  metric: string;
  cost: number;
  /** A label that is none. */
  odd: Label;
  /** An answer that lists can be asked for, and the rows that have it. */
  asked?: { label: string; has(x: number): boolean };
  tensors: { name: string; datatype: string; shape: number[] }[];
  /** A row's values in these. */
  values(outcome: Outcome): unknown[][];
}

const ofKind = <K extends OutcomeKind>(outcome: Outcome, kind: K) => {
  if (outcome.kind !== kind) throw new Error(`a ${outcome.kind}, not a ${kind}`);
  return outcome as Extract<Outcome, { kind: K }>;
};

const kinds: { readonly [K in OutcomeKind]: Expected } = {
  class: {
    form: { kind: "class", classes: ["no", "yes"], positive: "yes" },
    truth: (x) => (x > 0 ? "yes" : "no"),
    metric: "error rate",
    // 0.3 and 1/3 are below the threshold.
    cost: 2 / 6,
    odd: "maybe",
    asked: { label: "yes", has: (x) => x >= 3 },
    tensors: [
      { name: "label", datatype: "BYTES", shape: [1, 1] },
      { name: "probabilities", datatype: "FP64", shape: [1, 2] },
    ],
    values(outcome) {
      const { label, probabilities } = ofKind(outcome, "class");
      return [[label], [probabilities.no, probabilities.yes]];
    },
  },
  number: {
    form: { kind: "number" },
    truth: (x) => 2 * x + 3,
    metric: "squared error",
    cost: 9,
    odd: "dear",
    tensors: [{ name: "value", datatype: "FP64", shape: [1, 1] }],
    values: (outcome) => [[ofKind(outcome, "number").value]],
  },
  series: {
    form: { kind: "series", steps: 3 },
    truth: (x) => [x, x * 2, x * 3 + 3],
    metric: "mean squared error",
    cost: 3,
    odd: [1, 2],
    tensors: [{ name: "values", datatype: "FP64", shape: [1, 3] }],
    values: (outcome) => [ofKind(outcome, "series").values],
  },
  score: {
    form: { kind: "score" },
    truth: (x) => x > 0,
    metric: "error rate",
    // 0.3 and 1/3 are not flagged, -4 is.
    cost: 3 / 6,
    odd: "perhaps",
    asked: { label: "true", has: (x) => Math.abs(x) >= 3 },
    tensors: [
      { name: "score", datatype: "FP64", shape: [1, 1] },
      { name: "flagged", datatype: "BOOL", shape: [1, 1] },
    ],
    values(outcome) {
      const { score, flagged } = ofKind(outcome, "score");
      return [[score], [flagged]];
    },
  },
};

/** Float32 sigmoids of two libraries may differ in the last digit; every float64 is kept as it is. */
function expectSame(found: Outcome, wanted: Outcome): void {
  const rounded = (outcome: Outcome) =>
    outcome.kind === "class" ? { ...outcome, probability: 0, probabilities: {} } : outcome;
  expect(rounded(found)).toEqual(rounded(wanted));
  if (found.kind === "class" && wanted.kind === "class") expect(found.probability).toBeCloseTo(wanted.probability, 6);
}

describeStores("outcomes over HTTP", (open) => {
  let opened: TestStore;
  let server: RunningServer;
  let tenant: Tenant;
  let key: string;
  beforeAll(async () => {
    opened = await open();
    const { store } = opened;
    tenant = store.tenant((await createOrganisation(store, { name: "kinds" })).id);
    key = (await createKey(tenant, { name: "all", scopes: ["predict", "feedback", "read", "admin"] })).secret;
    server = await startServer(store, { port: 0 });
  });
  afterAll(async () => {
    await server?.close();
    await opened?.remove();
  });

  describe.each(Object.keys(kinds) as OutcomeKind[])("%s", (kind) => {
    const expected = kinds[kind];
    const made = madeModels[kind];
    const client = () => createApiClient({ url: server.url, key });
    let records: PredictionRecord[] = [];

    beforeAll(async () => {
      await registerProduct(tenant, {
        name: kind,
        task: `made ${kind}`,
        target: "y",
        outcome: formOf(made.form),
        inputs: [{ name: "x", type: "number" }],
      });
      const bundleDir = writeMadeBundle(join(opened.store.dir, `made-${kind}`), kind);
      const { version } = await registerVersion(opened.store, tenant, { product: kind, name: kind, bundleDir });
      await deploy(tenant, { product: kind, variants: [{ version, weight: 1, role: "champion" }] });
    });

    test("the product says its form, and any task's name", async () => {
      expect(await client().product(kind)).toMatchObject({ task: `made ${kind}`, outcome: expected.form });
    });

    test("a prediction is answered, stored and read back as it was, to the last digit", async () => {
      const answers = await client().predictMany(
        kind,
        xs.map((x) => ({ row: { x } })),
      );
      for (const [i, x] of xs.entries()) expectSame(answers[i]!.outcome, made.says(x));
      records = await Promise.all(answers.map(({ id }) => client().prediction(id)));
      expect(records.map(({ outcome }) => outcome)).toEqual(answers.map(({ outcome }) => outcome));
      const threshold = "threshold" in made.form ? made.form.threshold : null;
      expect(records[0]!.decision?.threshold ?? null).toBe(threshold);
      // A repeat answers what was stored.
      const id = records[1]!.id;
      expect((await client().predict(kind, { x: xs[1]! }, { id })).outcome).toEqual(records[1]!.outcome);
    });

    test("the truth is told, kept as it was told, and compared", async () => {
      const feedback = xs.map((x, i) => ({ prediction: records[i]!.id, label: expected.truth(x, i) }));
      await expect(client().feedback(kind, records[0]!.id, expected.odd)).rejects.toMatchObject({
        code: "invalid-label",
      });
      expect(await client().feedbackMany(kind, feedback)).toBe(xs.length);
      expect(await client().feedbackMany(kind, feedback)).toBe(0);
      const told = await Promise.all(records.map(({ id }) => client().prediction(id)));
      expect(told.map((record) => record.feedback?.label)).toEqual(feedback.map(({ label }) => label));
      const experiment: Experiment = await client().experiment(kind);
      expect(experiment.metric).toBe(expected.metric);
      expect(experiment.variants[0]).toMatchObject({ predictions: xs.length, feedback: xs.length });
      expect(experiment.variants[0]!.cost!.value).toBeCloseTo(expected.cost, 9);
    });

    test("lists are asked for by answer and by truth", async () => {
      const list = async (filter: Parameters<ReturnType<typeof client>["predictions"]>[0]) =>
        (await client().predictions({ product: kind, ...filter })).items.map(({ row }) => row.x).sort();
      const some = (has: (x: number) => boolean) => xs.filter(has).sort();
      expect(await list({ truth: "labelled" })).toEqual(some(() => true));
      if (expected.asked !== undefined)
        expect(await list({ label: expected.asked.label })).toEqual(some(expected.asked.has));
      const answer = (x: number) => Object.values(made.says(x))[kind === "score" ? 2 : 1];
      const right = (x: number) => JSON.stringify(answer(x)) === JSON.stringify(expected.truth(x, 0));
      expect(await list({ truth: "right" })).toEqual(some(right));
      expect(await list({ truth: "wrong" })).toEqual(some((x) => !right(x)));
    });

    test("the Open Inference Protocol has its tensors", async () => {
      const send = async (path: string, body?: object) => {
        const method = body === undefined ? "GET" : "POST";
        const response = await fetch(server.url + path, {
          method,
          headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        await checkAnswer(method, path, response);
        return response.json();
      };
      const metadata = await send(`/v2/models/${kind}`);
      const names = [...expected.tensors, { name: "prediction_id", datatype: "BYTES", shape: [1, 1] }];
      expect(metadata.outputs).toEqual(names.map((tensor) => ({ ...tensor, shape: [-1, tensor.shape[1]] })));
      const input = { name: "x", datatype: "FP64", shape: [1, 1], data: [xs[0]] };
      const { outputs } = await send(`/v2/models/${kind}/infer`, { inputs: [input] });
      expect(outputs.map(({ data: _, ...rest }: { data: unknown }) => rest)).toEqual(names);
      const { outcome } = await client().prediction(outputs.at(-1).data[0]);
      expect(outputs.slice(0, -1).map(({ data }: { data: unknown[] }) => data)).toEqual(expected.values(outcome));
    });
  });
});
