// The way of a batch: models that are held while it goes on, and room for all of it or none.
import type { Deployment } from "@lepta/api";
import { expect, test } from "vitest";
import { newId } from "../db/id.ts";
import type { Store } from "../db/store.ts";
import { batcher } from "../serving/batcher.ts";
import { scorerPool } from "../serving/scorer-pool.ts";
import type { NewPrediction, PredictionWriter } from "./prediction-writer.ts";
import { predictor } from "./predictor.ts";

const tick = () => new Promise((resolve) => setImmediate(resolve));

/** Two variants, each with a model that fails once it is closed, in a pool that keeps one. */
function parts(queueLimit: number) {
  const versions = ["a", "b"];
  const stored: NewPrediction[] = [];
  let scored = 0;
  const scorers = scorerPool({
    maxLoaded: 1,
    async open(_, versionId) {
      let closed = false;
      return {
        versionId,
        outcome: { kind: "number" },
        inputs: [],
        validate: () => [],
        async score(rows) {
          await tick();
          if (closed) throw new Error(`${versionId} is closed`);
          scored += rows.length;
          return rows.map(({ x }) => ({ kind: "number", value: x === -1 ? Number.NaN : 1 }));
        },
        async close() {
          closed = true;
        },
      };
    },
  });
  const queue = batcher<NewPrediction, boolean>(
    async (rows) => {
      await tick();
      stored.push(...rows);
      return rows.map(() => true);
    },
    { cap: 10, queueLimit },
  );
  const writer: PredictionWriter = {
    write: (_, prediction) => queue.add(prediction),
    reserve: (_, count) => queue.reserve(count),
    waiting: 0,
    inFlight: () => undefined,
    idle: () => queue.idle(),
  };
  const variants = versions.map((version, i) => ({
    id: newId(),
    name: version,
    role: i === 0 ? ("champion" as const) : ("challenger" as const),
    weight: 0.5,
    model: { id: version, name: version, version: i + 1 },
    key: version,
  }));
  const deployment: Deployment = { id: newId(), product: "p", createdAt: "", costs: null, variants };
  const { predict } = predictor({
    store: {} as Store,
    scorers,
    writer,
    deployments: { current: async () => ({ ...deployment, variants, subjectSalt: "00" }), renew: async () => {} },
  });
  const sendRows = (xs: readonly number[]) =>
    predict(
      { organisationId: newId(), traceparent: undefined, own: false },
      "p",
      xs.map((x, i) => ({ row: { x }, path: `/rows/${i}/row` })),
    );
  const send = (count: number) => sendRows(Array.from({ length: count }, (_, i) => i));
  return { send, sendRows, stored, scored: () => scored, scorers };
}

test("a batch of two variants is answered by both, though the pool keeps one model", async () => {
  const { send, scorers } = parts(1000);
  const answers = (await Promise.all([send(50), send(50)])).flat();
  expect(answers).toHaveLength(100);
  expect(new Set(answers.map(({ variant }) => variant))).toEqual(new Set(["a", "b"]));
  await scorers.close();
});

test("a batch that finds no room for all of it leaves nothing behind, and takes none from others", async () => {
  const { send, stored, scored, scorers } = parts(30);
  await expect(send(31)).rejects.toMatchObject({ code: "overloaded" });
  expect([stored.length, scored()]).toEqual([0, 0]);
  const outcomes = await Promise.allSettled([send(20), send(20)]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(stored).toHaveLength(20);
  await send(30);
  expect(stored).toHaveLength(50);
  await scorers.close();
});

test("a row whose answer is no finite number refuses its request, names it, and stores nothing", async () => {
  const { sendRows, stored, scorers } = parts(1000);
  const outcomes = await Promise.allSettled([sendRows([1, -1, 2]), sendRows([3])]);
  expect(outcomes[0]).toMatchObject({
    status: "rejected",
    reason: { code: "row-unanswered", status: 422, errors: [{ path: "/rows/1/row" }] },
  });
  expect(outcomes[1]).toMatchObject({ status: "fulfilled", value: [{ outcome: { kind: "number", value: 1 } }] });
  expect(stored).toHaveLength(1);
  await scorers.close();
});
