// The store's lock: one holder at a time, whatever became of the one before.
import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { databaseFault } from "./database-fault.ts";
import { lockHolder, takeLock } from "./lock-file.ts";
import { stateOf, thisProcess } from "./process-identity.ts";
import { openStore } from "./store.ts";

/** Linux, with the right to make namespaces. */
const canUnshare = spawnSync("unshare", ["-pf", "--mount-proc", "true"]).status === 0;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "lepta-lock-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const leave = (number: number, content: object) => {
  const path = join(dir, `lock-${number}.json`);
  writeFileSync(path, JSON.stringify({ token: "t", url: null, released: false, ...content }));
  return path;
};
const locked = expect.objectContaining({ code: "store-locked", status: 503 });

test("a lock that cannot be read is not taken for free", () => {
  mkdirSync(join(dir, "lock-3.json"));
  expect(() => takeLock(dir)).toThrow(/EISDIR/);
});

test("one holder; released, the next", () => {
  const first = takeLock(dir);
  expect(() => takeLock(dir)).toThrow(locked);
  first.announce("http://127.0.0.1:7080");
  expect(() => takeLock(dir)).toThrow(/http:\/\/127\.0\.0\.1:7080/);
  expect(lockHolder(dir)).toMatchObject({ pid: process.pid, url: "http://127.0.0.1:7080" });
  first.release();
  expect(lockHolder(dir)).toBeUndefined();
  const second = takeLock(dir);
  expect(() => takeLock(dir)).toThrow(locked);
  second.release();
  expect(readdirSync(dir), "old locks are cleared away").toHaveLength(1);
});

test("a dead process's lock is taken over, and that of a number used again", () => {
  leave(7, { ...thisProcess(), pid: 2 ** 22 + 1, start: null });
  takeLock(dir).release();
  leave(20, { ...thisProcess(), start: "another boot/1" });
  takeLock(dir).release();
  expect(readdirSync(dir)).toEqual(["lock-21.json"]);
});

test("a living process's lock is not", () => {
  leave(1, { ...thisProcess(), pid: process.ppid, start: null });
  expect(() => takeLock(dir)).toThrow(new RegExp(`process ${process.ppid}`));
  expect(readdirSync(dir)).toEqual(["lock-1.json"]);
});

test("a lock of another host holds as long as it gives signs of life", () => {
  const path = leave(1, { host: "another-host", pid: 1, start: null });
  expect(() => takeLock(dir)).toThrow(/another-host/);
  const silent = new Date(Date.now() - 61_000);
  utimesSync(path, silent, silent);
  takeLock(dir).release();
});

test("on one host, a lock of another container holds as long as it gives signs of life", () => {
  for (const [i, numberSpace] of ["boot/pid:[1]", null].entries()) {
    if (numberSpace === thisProcess().numberSpace) continue;
    // A number that no process here has: seen from here, its holder looks dead.
    const path = leave(10 * (i + 1), { ...thisProcess(), pid: 2 ** 22 + 1, numberSpace });
    expect(() => takeLock(dir)).toThrow(locked);
    expect(lockHolder(dir)).toMatchObject({ pid: 2 ** 22 + 1 });
    expect(stateOf({ ...thisProcess(), numberSpace })).toBe("unknown");
    const silent = new Date(Date.now() - 61_000);
    utimesSync(path, silent, silent);
    takeLock(dir).release();
  }
});

test.skipIf(!canUnshare)("a process in a PID namespace of its own does not take a living process's lock", () => {
  const lock = takeLock(dir);
  const script = fileURLToPath(new URL("../../testing/lock-contender.ts", import.meta.url));
  const inside = [process.execPath, "--import", "tsx", "--conditions=lepta-source", script, dir, "0"];
  expect(spawnSync("unshare", ["-pf", "--mount-proc", ...inside], { encoding: "utf8" }).stdout).toBe("store-locked\n");
  lock.release();
  expect(spawnSync("unshare", ["-pf", "--mount-proc", ...inside], { encoding: "utf8" }).stdout).toBe("taken\n");
});

test("a half-written lock of a crashed disk is taken over", () => {
  writeFileSync(join(dir, "lock-3.json"), "{");
  takeLock(dir).release();
  expect(readdirSync(dir)).toEqual(["lock-4.json"]);
});

test("processes that contend, and die holding it, never hold it together", async () => {
  const script = fileURLToPath(new URL("../../testing/lock-contender.ts", import.meta.url));
  const arguments_ = ["--import", "tsx", "--conditions=lepta-source", script, dir, "15"];
  const outputs = await Promise.all(
    Array.from(
      { length: 4 },
      () =>
        new Promise<string>((resolve) => {
          execFile(process.execPath, arguments_, (_, output, errors) => resolve(output + errors));
        }),
    ),
  );
  const holds = outputs
    .flatMap((output) => output.trim().split("\n"))
    .map((line) => line.split(" ").map(BigInt) as [bigint, bigint])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  expect(holds).toHaveLength(4 * 15);
  for (const [i, [from]] of holds.entries()) if (i > 0) expect(from).toBeGreaterThan(holds[i - 1]![1]);
});

test("a process knows itself alive", () => {
  expect(stateOf(thisProcess())).toBe("alive");
  expect(stateOf({ ...thisProcess(), host: "another-host" })).toBe("unknown");
});

describe("a holder that was stopped", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const stopFor = (ms: number) => vi.setSystemTime(Date.now() + ms);
  const other = { ...thisProcess(), pid: process.ppid, start: null };

  test("goes on where nobody came meanwhile, and holds against who comes now", () => {
    const lock = takeLock(dir);
    stopFor(3_600_000);
    lock.assertHeld();
    lock.announce("http://127.0.0.1:7080");
    expect(readdirSync(dir)).toEqual(["lock-2.json"]);
    expect(lockHolder(dir)).toMatchObject({ pid: process.pid, url: "http://127.0.0.1:7080" });
    expect(() => takeLock(dir)).toThrow(locked);
    lock.release();
    expect(lockHolder(dir)).toBeUndefined();
  });

  test("is told once another has the lock, and leaves it alone", () => {
    const lock = takeLock(dir);
    stopFor(61_000);
    leave(2, other);
    for (let use = 0; use < 2; use++) expect(() => lock.assertHeld()).toThrow(locked);
    lock.release();
    expect(lockHolder(dir)).toMatchObject({ pid: process.ppid });
  });

  test("writes nothing more to the store, neither by a statement nor by closing it", async () => {
    const store = await openStore({ dir });
    const lines = () => store.owner.sql.execute("select 1 as one");
    expect((await lines()).rows).toEqual([{ one: 1 }]);
    stopFor(61_000);
    leave(2, other);
    const control = statSync(join(dir, "database", "global", "pg_control")).mtimeMs;
    for (let use = 0; use < 2; use++) {
      const failure: unknown = await lines().catch((error: unknown) => error);
      expect(databaseFault(failure)).toMatchObject({ code: "store-locked", status: 503 });
    }
    await store.close();
    expect(statSync(join(dir, "database", "global", "pg_control")).mtimeMs).toBe(control);
    expect(lockHolder(dir)).toMatchObject({ pid: process.ppid });
  });
});
