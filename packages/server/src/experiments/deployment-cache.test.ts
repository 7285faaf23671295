// The cache: takes over a new deployment without a gap, only once its models are loaded.
import type { Deployment } from "@lepta/api";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Seed, seed } from "../../testing/seed.ts";
import { openPgliteTestStore, type TestStore } from "../../testing/stores.ts";
import { deploy } from "./deployment.ts";
import { deploymentCache } from "./deployment-cache.ts";

let opened: TestStore;
let seeded: Seed;
let clock = 0;
beforeEach(async () => {
  opened = await openPgliteTestStore();
  seeded = await seed(opened.store);
});
afterEach(() => opened.remove());

const put = (version: number) =>
  deploy(opened.store.tenant(seeded.organisationId), {
    product: "credit",
    variants: [{ version, weight: 1, role: "champion" }],
  });
const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

function cache(prepare: (organisationId: string, deployment: Deployment) => Promise<void> = async () => {}) {
  const failures: unknown[] = [];
  const made = deploymentCache(opened.store, { prepare, now: () => clock, onFailure: (error) => failures.push(error) });
  return { failures, current: () => made.current(seeded.organisationId, "credit") };
}

test("what is in service is read once and seen anew after its time", async () => {
  const first = await put(1);
  const { current } = cache();
  const [a, b] = await Promise.all([current(), current()]);
  expect(a).toBe(b);
  expect(a).toMatchObject({ id: first.id, subjectSalt: "5a17" });
  const second = await put(2);
  expect((await current()).id).toBe(first.id);
  clock += 500;
  await current();
  await settle();
  expect((await current()).id).toBe(second.id);
});

test("the deployment before answers until the new one is loaded", async () => {
  const first = await put(1);
  let loaded = () => {};
  const { current } = cache(async (_, deployment) => {
    if (deployment.id !== first.id) await new Promise<void>((resolve) => (loaded = resolve));
  });
  await current();
  const second = await put(2);
  clock += 500;
  expect((await current()).id).toBe(first.id);
  clock += 500;
  expect((await current()).id).toBe(first.id);
  loaded();
  await settle();
  expect((await current()).id).toBe(second.id);
});

test("one that cannot be loaded is told and leaves the one before in service", async () => {
  const first = await put(1);
  const { current, failures } = cache(async (_, deployment) => {
    if (deployment.id !== first.id) throw new Error("blob missing");
  });
  await current();
  await put(2);
  clock += 500;
  await current();
  await settle();
  expect((await current()).id).toBe(first.id);
  expect(failures).toHaveLength(1);
});

test("errors are not kept", async () => {
  const { current } = cache();
  await expect(current()).rejects.toMatchObject({ code: "deployment-not-found" });
  const first = await put(1);
  expect((await current()).id).toBe(first.id);
});
