// Who has the embedded database's connection next: predictions first, and nobody last for ever.
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { openPgliteTestStore } from "../../testing/stores.ts";
import { type Lane, twoLanes } from "../../worker/lanes.mjs";
import { createOrganisation } from "../accounts/organisations.ts";

/** The order in which work of these lanes has its turn, all of it asked for while another holds the connection. */
async function order(lanes: ReturnType<typeof twoLanes>, asked: readonly Lane[]): Promise<string> {
  const leave = await lanes.enter("ordinary");
  const done: string[] = [];
  const all = asked.map((lane) => lanes.run(lane, () => void done.push(lane === "urgent" ? "u" : "o")));
  leave();
  await Promise.all(all);
  return done.join("");
}

test("urgent work goes before what waits, in the order of its coming", async () => {
  expect(await order(twoLanes(), ["ordinary", "urgent", "ordinary", "urgent"])).toBe("uuoo");
});

test("ordinary work waits for so many urgent pieces and no more", async () => {
  const asked: Lane[] = ["ordinary", "ordinary", ...Array.from({ length: 7 }, (): Lane => "urgent")];
  expect(await order(twoLanes(3), asked)).toBe("uuuouuuou");
});

test("one at a time, and what fails ends its turn", async () => {
  const lanes = twoLanes();
  let inside = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
    throw new Error("no");
  };
  const all = await Promise.allSettled(
    Array.from({ length: 6 }, (_, i) => lanes.run(i % 2 ? "urgent" : "ordinary", work)),
  );
  expect(all.every(({ status }) => status === "rejected")).toBe(true);
  expect(most).toBe(1);
});

// Opening a store takes its time on a busy machine.
test("what a prediction is written by does not wait for the reads that were asked for before it", {
  timeout: 60_000,
}, async () => {
  const { store, remove } = await openPgliteTestStore();
  try {
    const tenant = store.tenant((await createOrganisation(store, { name: "lanes" })).id);
    const done: string[] = [];
    let release = () => {};
    let held: Promise<void> | undefined;
    await new Promise<void>((begun) => {
      held = tenant.transaction(() => {
        begun();
        return new Promise((resolve) => (release = resolve));
      });
    });
    const reads = [1, 2, 3].map((n) =>
      tenant.transaction((tx) => tx.execute(sql`select ${n}::int`)).then(() => done.push(`read ${n}`)),
    );
    const written = tenant.statement("select 1", []).then(() => done.push("written"));
    // Until all of them have been sent: the transaction's end is heard of after them.
    await new Promise((resolve) => setImmediate(resolve));
    release();
    await Promise.all([held, written, ...reads]);
    expect(done).toEqual(["written", "read 1", "read 2", "read 3"]);
  } finally {
    await remove();
  }
});
