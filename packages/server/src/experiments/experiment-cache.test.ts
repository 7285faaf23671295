// Who asks for a table gets it fresh while it is cheap; a dear one is counted once for all, and rests between.
import type { Experiment } from "@lepta/api";
import { beforeEach, expect, test } from "vitest";
import type { Tenant } from "../db/tenant.ts";
import { experimentCache } from "./experiment-cache.ts";

let clock = 0;
let counted = 0;
let costMs = 0;
let deployment = "a";
const pending: (() => void)[] = [];
let held = false;

// Only the deployment's id is read beside the table itself.
const tenant = { transaction: async () => ({ id: deployment }) } as unknown as Tenant;
const count = async () => {
  const answer = { deployment, since: String(++counted) } as Experiment;
  if (held) await new Promise<void>((resolve) => pending.push(resolve));
  clock += costMs;
  return answer;
};

beforeEach(() => {
  clock = 0;
  counted = 0;
  held = false;
  deployment = "a";
});

test("a cheap table is counted at each call", async () => {
  costMs = 10;
  const read = experimentCache(count, () => clock);
  for (let i = 1; i <= 3; i++) expect((await read(tenant, "credit")).since).toBe(String(i));
});

test("a dear one rests for twenty times its cost, and is then counted behind the old answer", async () => {
  costMs = 1_000;
  const read = experimentCache(count, () => clock);
  expect((await read(tenant, "credit")).since).toBe("1");
  clock += 19_000;
  expect((await read(tenant, "credit")).since).toBe("1");
  expect(counted).toBe(1);
  clock += 2_000;
  expect((await read(tenant, "credit")).since).toBe("1");
  await new Promise((resolve) => setTimeout(resolve));
  expect(counted).toBe(2);
  expect((await read(tenant, "credit")).since).toBe("2");
});

test("callers at once share one counting, and its failure is not kept", async () => {
  costMs = 1_000;
  held = true;
  const read = experimentCache(count, () => clock);
  const all = Promise.all([read(tenant, "credit"), read(tenant, "credit"), read(tenant, "credit")]);
  await new Promise((resolve) => setTimeout(resolve));
  expect(counted).toBe(1);
  for (const go of pending.splice(0)) go();
  expect((await all).map(({ since }) => since)).toEqual(["1", "1", "1"]);

  let fails = true;
  const failing = experimentCache(
    () => (fails ? Promise.reject(new Error("away")) : count()),
    () => clock,
  );
  held = false;
  await expect(failing(tenant, "credit")).rejects.toThrow("away");
  fails = false;
  expect((await failing(tenant, "credit")).since).toBe("2");
});

test("a new deployment's table is its own", async () => {
  costMs = 1_000;
  const read = experimentCache(count, () => clock);
  await read(tenant, "credit");
  deployment = "b";
  expect((await read(tenant, "credit")).deployment).toBe("b");
});
