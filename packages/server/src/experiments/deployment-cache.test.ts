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
/** What follows the end of a preparation in the same turn has happened after it. */
const tick = () => new Promise((resolve) => setImmediate(resolve));

function cache(prepare: (organisationId: string, deployment: Deployment) => Promise<void> = async () => {}) {
  const failures: unknown[] = [];
  const ends = new Map<string, { promise: Promise<void>; resolve: () => void }>();
  const endOf = (id: string) => {
    const known = ends.get(id);
    if (known) return known;
    let resolve = () => {};
    const promise = new Promise<void>((done) => (resolve = done));
    const end = { promise, resolve };
    ends.set(id, end);
    return end;
  };
  const made = deploymentCache(opened.store, {
    prepare: (organisationId, deployment) =>
      prepare(organisationId, deployment).finally(() => endOf(deployment.id).resolve()),
    now: () => clock,
    onFailure: (error) => failures.push(error),
  });
  return {
    failures,
    current: () => made.current(seeded.organisationId, "credit"),
    renew: () => made.renew(seeded.organisationId, "credit"),
    /** Resolves when the deployment's preparation has ended. */
    prepared: (deployment: Deployment) => endOf(deployment.id).promise.then(tick),
  };
}

test("what is in service is read once and seen anew after its time", async () => {
  const first = await put(1);
  const { current, prepared } = cache();
  const [a, b] = await Promise.all([current(), current()]);
  expect(a).toBe(b);
  expect(a).toMatchObject({ id: first.id, subjectSalt: "5a17" });
  const second = await put(2);
  expect((await current()).id).toBe(first.id);
  clock += 500;
  // In use: nobody waits for the check.
  expect((await current()).id).toBe(first.id);
  await prepared(second);
  expect((await current()).id).toBe(second.id);
});

test("the deployment before answers until the new one is loaded", async () => {
  const first = await put(1);
  let loaded = () => {};
  const { current, prepared } = cache(async (_, deployment) => {
    if (deployment.id !== first.id) await new Promise<void>((resolve) => (loaded = resolve));
  });
  await current();
  const second = await put(2);
  clock += 1000;
  // Not in use for a while: waits for the check, and is answered by what is loaded.
  expect((await current()).id).toBe(first.id);
  clock += 500;
  expect((await current()).id).toBe(first.id);
  loaded();
  await prepared(second);
  expect((await current()).id).toBe(second.id);
});

test("one that cannot be loaded is told and leaves the one before in service", async () => {
  const first = await put(1);
  const { current, failures, prepared } = cache(async (_, deployment) => {
    if (deployment.id !== first.id) throw new Error("blob missing");
  });
  await current();
  const second = await put(2);
  clock += 500;
  await current();
  await prepared(second);
  expect((await current()).id).toBe(first.id);
  expect(failures).toHaveLength(1);
});

test("errors are not kept", async () => {
  const { current } = cache();
  await expect(current()).rejects.toMatchObject({ code: "deployment-not-found" });
  const first = await put(1);
  expect((await current()).id).toBe(first.id);
});

test("renewed: what was deployed answers at once; what cannot be loaded is told, and the one before goes on", async () => {
  const first = await put(1);
  let broken = false;
  const { current, renew, failures } = cache(async () => {
    if (broken) throw new Error("it does not load");
  });
  await renew();
  expect((await current()).id).toBe(first.id);
  const second = await put(2);
  const before = current();
  await renew();
  expect((await before).id).toBe(first.id);
  expect((await current()).id).toBe(second.id);
  broken = true;
  await put(1);
  await renew();
  expect((await current()).id).toBe(second.id);
  expect(failures).toMatchObject([{ message: "it does not load" }]);
});
