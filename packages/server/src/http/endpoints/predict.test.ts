// POST /v1/products/{product}/predictions, by status.
import { randomUUID } from "node:crypto";
import { predictionRecord, prediction as predictionSchema } from "@lepta/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CreditServer, startCreditServer } from "../../../testing/credit-server.ts";
import { describeStores, type TestStore } from "../../../testing/stores.ts";
import { predictions, usageEvents } from "../../db/schema.ts";

describeStores("predict", (open) => {
  let opened: TestStore;
  let server: CreditServer;
  beforeAll(async () => {
    opened = await open();
    server = await startCreditServer(opened);
  });
  afterAll(async () => {
    await server?.close();
    await opened?.remove();
  });

  const path = "/v1/products/credit/predictions";
  const row = (change: object = {}) => ({ ...server.rows[0], ...change });
  const stored = () =>
    server.tenant.transaction(async (tx) => ({
      predictions: (await tx.select().from(predictions)).length,
      usageEvents: (await tx.select().from(usageEvents)).length,
    }));
  /** The request is refused so, and nothing is written. */
  async function refused(response: Promise<Response>, status: number, code: string): Promise<Record<string, unknown>> {
    const before = await stored();
    const answer = await response;
    const problem = (await answer.json()) as Record<string, unknown>;
    expect(problem).toMatchObject({ status, code, type: `https://lepta.dev/errors/${code}` });
    expect(answer.status).toBe(status);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(problem.fix).toBeTruthy();
    expect(await stored()).toEqual(before);
    return problem;
  }

  describe("200", () => {
    test("one row: label at the threshold, probability of the positive class, durable and metered", async () => {
      const before = await stored();
      const traceparent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
      const response = await server.send(path, { row: row() }, { headers: { traceparent, "x-request-id": "mine" } });
      expect(response.status).toBe(200);
      expect(response.headers.get("traceparent")).toBe(traceparent);
      expect(response.headers.get("x-request-id")).toBe("mine");
      const answer = predictionSchema.parse(await response.json());
      if (answer.outcome.kind !== "class") throw new Error("the product answers classes");
      const { label, probability, probabilities } = answer.outcome;
      expect(probabilities.good).toBeCloseTo(1 - probability, 5);
      expect(label).toBe(probability >= 1 / 6 ? "bad" : "good");
      expect(await stored()).toEqual({ predictions: before.predictions + 1, usageEvents: before.usageEvents + 1 });
      const record = predictionRecord.parse(await (await server.send(`/v1/predictions/${answer.id}`)).json());
      expect(record).toMatchObject({ ...answer, row: row(), traceparent, subjectHash: null });
    });

    test("many rows, answered in their order", async () => {
      const rows = server.rows.slice(0, 50).map((one) => ({ row: one, id: randomUUID() }));
      const response = await server.send(path, { rows });
      const { predictions: answers } = (await response.json()) as { predictions: { id: string }[] };
      expect(answers.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
    });

    test("rows that arrive together and one by one are scored the same", async () => {
      const some = server.rows.slice(0, 40);
      const score = async (one: object) =>
        ((await (await server.send(path, { row: one })).json()) as { outcome: { probability: number } }).outcome
          .probability;
      const together = await Promise.all(some.map(score));
      const apart: number[] = [];
      for (const one of some) apart.push(await score(one));
      for (const [i, probability] of together.entries()) expect(probability).toBeCloseTo(apart[i] as number, 6);
    });

    test("a subject stays on its variant and is stored hashed", async () => {
      const seen = new Map<string, Set<string>>();
      for (const subject of ["ada", "bob", "cleo", "dan", "eve", "fay", "gus", "hal"]) {
        seen.set(subject, new Set());
        for (let i = 0; i < 3; i++) {
          const answer = (await (await server.send(path, { row: server.rows[i], subject })).json()) as {
            variant: string;
          };
          seen.get(subject)?.add(answer.variant);
        }
      }
      expect([...seen.values()].every((variants) => variants.size === 1)).toBe(true);
      expect(new Set([...seen.values()].flatMap((variants) => [...variants])).size).toBe(2);
      const hashes = await server.tenant.transaction((tx) =>
        tx.select({ hash: predictions.subjectHash }).from(predictions),
      );
      expect(hashes.filter(({ hash }) => hash !== null).every(({ hash }) => /^[0-9a-f]{64}$/.test(hash ?? ""))).toBe(
        true,
      );
    });

    test("the same id again answers what was stored and bills nothing", async () => {
      const id = randomUUID();
      const request = { row: row(), subject: "ada", id };
      const first = await (await server.send(path, request)).json();
      const before = await stored();
      const again = await server.send(path, { ...request, id: id.toUpperCase() });
      expect(again.status).toBe(200);
      expect(await again.json()).toEqual(first);
      expect(await stored()).toEqual(before);
    });

    test("the same id many times at once is one prediction", async () => {
      const before = await stored();
      const request = { row: row(), id: randomUUID() };
      const answers = await Promise.all(
        Array.from({ length: 20 }, async () => JSON.stringify(await (await server.send(path, request)).json())),
      );
      expect(new Set(answers).size).toBe(1);
      expect((await stored()).predictions).toBe(before.predictions + 1);
    });

    test("feedback right after the answer always finds the prediction", async () => {
      const missed = await Promise.all(
        server.rows.slice(0, 60).map(async (one) => {
          const { id } = (await (await server.send(path, { row: one })).json()) as { id: string };
          const feedback = { prediction: id, label: "good" };
          return (await server.send("/v1/products/credit/feedback", feedback)).status !== 200;
        }),
      );
      expect(missed.filter((miss) => miss)).toHaveLength(0);
    });
  });

  test("400 malformed-json", async () => {
    await refused(server.send(path, "{not json"), 400, "malformed-json");
  });

  describe("401", () => {
    test("missing-key", () =>
      refused(server.send(path, { row: row() }, { headers: { authorization: "" } }), 401, "missing-key"));
    test("unknown-key", () =>
      refused(
        server.send(path, { row: row() }, { headers: { authorization: "Bearer lepta_no" } }),
        401,
        "unknown-key",
      ));
    test("a key of another scheme", () =>
      refused(
        server.send(path, { row: row() }, { headers: { authorization: `Basic ${server.key}` } }),
        401,
        "missing-key",
      ));
  });

  test("403 missing-scope", async () => {
    const { secret } = await server.makeKey(["read", "feedback", "admin"]);
    await refused(
      server.send(path, { row: row() }, { headers: { authorization: `Bearer ${secret}` } }),
      403,
      "missing-scope",
    );
  });

  test("404 product-not-found", async () => {
    await refused(server.send("/v1/products/other/predictions", { row: row() }), 404, "product-not-found");
  });

  describe("409 prediction-conflict", () => {
    test("the id with another row or another subject", async () => {
      const id = randomUUID();
      await server.send(path, { row: row(), id });
      await refused(server.send(path, { row: row({ age: 99 }), id }), 409, "prediction-conflict");
      await refused(server.send(path, { row: row(), id, subject: "ada" }), 409, "prediction-conflict");
    });
  });

  test("413 body-too-large", async () => {
    const body = JSON.stringify({ row: row({ purpose: "x".repeat(5 * 2 ** 20) }) });
    await refused(server.send(path, body), 413, "body-too-large");
  });

  test("415 unsupported-media-type", async () => {
    for (const headers of [
      { "content-type": "text/plain" },
      { "content-type": "application/json; charset=latin1" },
      { "content-encoding": "br" },
    ] as Record<string, string>[]) {
      await refused(server.send(path, { row: row() }, { headers }), 415, "unsupported-media-type");
    }
  });

  describe("422", () => {
    const cases: [string, object, string, string][] = [
      ["a field that the product does not know", { colour: "red" }, "row-unknown-field", "/row/colour"],
      ["a word for a number", { age: "thirty" }, "row-wrong-type", "/row/age"],
      ["a number that has lost digits for a category", { purpose: 2 ** 60 }, "row-wrong-type", "/row/purpose"],
      ["an object for a value", { age: {} }, "row-wrong-type", "/row/age"],
      ["a string with NUL", { purpose: "a\0b" }, "row-wrong-type", "/row/purpose"],
      ["half a character", { purpose: "\ud800" }, "row-wrong-type", "/row/purpose"],
      ["a field that is left out", { age: undefined }, "row-missing-field", "/row/age"],
    ];
    test.each(cases)("%s", async (_, change, code, place) => {
      const problem = await refused(server.send(path, { row: row(change) }), 422, code);
      expect(problem.errors).toMatchObject([{ path: place }]);
    });

    test("one wrong row of many refuses all, and is named", async () => {
      const rows = [{ row: row() }, { row: row({ age: true }) }];
      const problem = await refused(server.send(path, { rows }), 422, "row-wrong-type");
      expect(problem.errors).toMatchObject([{ path: "/rows/1/row/age" }]);
    });

    test.each([
      ["no row", {}],
      ["a list", []],
      ["a field beside the row", { row: {}, colour: "red" }],
      ["an id that is no UUID", { row: {}, id: "7" }],
      ["an empty subject", { row: {}, subject: "" }],
      ["no rows", { rows: [] }],
      ["null", null],
    ])("invalid-request: %s", async (_, body) => {
      await refused(server.send(path, JSON.stringify(body)), 422, "invalid-request");
    });

    test("one id twice in a request", async () => {
      const id = randomUUID();
      await refused(
        server.send(path, {
          rows: [
            { row: row(), id },
            { row: row({ age: 40 }), id: id.toUpperCase() },
          ],
        }),
        422,
        "invalid-request",
      );
    });
  });
});
