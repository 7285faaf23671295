// A disk that fills up under an embedded store: said, nothing lost, and service again by itself. On a small disk of its
// own, which only root on Linux can make; skipped by name elsewhere.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { databaseFault } from "../db/database-fault.ts";
import { freeBytes, reserveBytes } from "../db/disk-space.ts";
import { openStore, type Store } from "../db/store.ts";
import { requireStore } from "./store-answers.ts";

const mebibyte = 2 ** 20;
const disk = mkdtempSync(join(tmpdir(), "lepta-disk-"));
const mounted = (size: string) => spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", disk]).status === 0;
const unmount = () => spawnSync("umount", [disk]);
const canMount = process.platform === "linux" && mounted("1m");
if (canMount) unmount();

let store: Store;

describe.skipIf(!canMount)(canMount ? "a full disk" : "a full disk (this user cannot mount one)", () => {
  beforeEach(async () => {
    mounted("128m");
    store = await openStore({ dir: join(disk, "store") });
    await store.owner.sql.execute(sql`create table filling (id int, text text)`);
  }, 120_000);
  afterEach(async () => {
    await store.close();
    unmount();
  }, 120_000);
  afterAll(() => rmSync(disk, { recursive: true, force: true }));

  const write = (rows: number) =>
    store.owner.sql.execute(
      sql`insert into filling select g, repeat('x', 500) from generate_series(1, ${rows}::int) g`,
    );
  const count = async () =>
    (await store.owner.sql.execute<{ n: number }>(sql`select count(*)::int as n from filling`)).rows[0]?.n ?? -1;
  const failureOf = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => databaseFault(error) ?? error,
    );

  test("the store's own writes stop before it is full, reading goes on, and with room so does writing", async () => {
    let rows = 0;
    let failure: unknown;
    for (let i = 0; i < 1_000 && failure === undefined; i++) {
      failure = await failureOf(write(200));
      if (failure === undefined) rows += 200;
    }
    expect(failure).toMatchObject({ code: "store-full", status: 507, retryAfterSeconds: 5 });
    expect(freeBytes(disk)).toBeGreaterThan(reserveBytes / 2);
    expect(await count()).toBe(rows);
    await expect(store.owner.sql.transaction((tx) => tx.execute(sql`delete from filling`))).rejects.toThrow();
    expect(await count()).toBe(rows);
    await expect(requireStore(store)).rejects.toMatchObject({ code: "database-unreachable", status: 503 });

    spawnSync("mount", ["-o", "remount,size=256m", disk]);
    await new Promise((resolve) => setTimeout(resolve, 150));
    await write(200);
    await requireStore(store);
    expect(await count()).toBe(rows + 200);
  });

  test("a disk that others fill to the last byte stops the database, not the process, and room brings it back", async () => {
    await write(200);
    const filler = join(disk, "filler");
    // A transaction that began with room goes on without any: the log's next segment cannot be made.
    const failure = await failureOf(
      store.owner.sql.transaction(async (tx) => {
        await tx.execute(sql`insert into filling values (-1, 'begun')`);
        writeFileSync(filler, Buffer.alloc(freeBytes(disk) - 8 * mebibyte));
        for (let i = 0; i < 60; i++) {
          await tx.execute(sql`insert into filling select g, repeat('x', 500) from generate_series(1, 1000) g`);
          await tx.execute(sql`delete from filling where id > 0`);
        }
      }),
    );
    expect(failure).toMatchObject({ code: "store-full" });
    expect(await failureOf(write(1))).toMatchObject({ code: "store-full" });
    rmSync(filler);
    await expect
      .poll(
        () =>
          write(1).then(
            () => "written",
            () => "refused",
          ),
        { timeout: 20_000 },
      )
      .toBe("written");
    expect(await count(), "what was committed, and no part of the transaction").toBe(201);
  }, 120_000);
});
