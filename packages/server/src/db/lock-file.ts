// The lock of an embedded store: one writer, whatever happens to it.
//
// Locks are numbered files, lock-N.json, made by link(2), which is atomic and refuses an existing name; a file is
// complete from its first moment. The highest number holds. A lock that was released, or whose process is dead, is
// followed by N + 1, which only one contender can make. Numbers only grow, and the highest file is never removed, so
// a contender that was asleep between looking and linking finds a higher one and steps back.
import { randomUUID } from "node:crypto";
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ApiError } from "@lepta/api";
import { type ProcessIdentity, stateOf, thisProcess } from "./process-identity.ts";

interface LockContent extends ProcessIdentity {
  token: string;
  /** Address of the holder's server, once it listens. */
  url: string | null;
  released: boolean;
}

export interface StoreLock {
  /**
   * To be called before each use of the store: a process that was stopped (a suspended machine, a paused container) for so
   * long that another may have taken the lock makes sure of it first.
   * @throws ApiError store-locked once another process has it
   */
  assertHeld(): void;
  /** Tells those who are refused where the holder's server is. */
  announce(url: string): void;
  release(): void;
}

/** Milliseconds between signs of life, and after how long without one a holder that cannot be looked up counts as dead. */
const heartbeatMs = 5_000;
const silentMs = 60_000;

/** @throws ApiError store-locked while another process (or this one) holds the store. */
export function takeLock(dir: string): StoreLock {
  const content: LockContent = { ...thisProcess(), token: randomUUID(), url: null, released: false };
  for (;;) {
    const current = highest(dir);
    if (current !== undefined && isHeld(dir, current)) throw locked(dir, read(dir, current));
    const mine = (current ?? 0) + 1;
    if (!create(dir, mine, content)) continue;
    if (highest(dir) !== mine) {
      rmSync(pathOf(dir, mine), { force: true });
      continue;
    }
    for (const older of numbers(dir)) if (older < mine) rmSync(pathOf(dir, older), { force: true });
    return hold(dir, mine, content);
  }
}

/** The lock's holder, if a living process holds it. What is no directory has none. */
export function lockHolder(dir: string): { pid: number; url: string | null } | undefined {
  if (statSync(dir, { throwIfNoEntry: false })?.isDirectory() !== true) return undefined;
  const current = highest(dir);
  return current !== undefined && isHeld(dir, current) ? read(dir, current) : undefined;
}

function hold(dir: string, first: number, content: LockContent): StoreLock {
  let number = first;
  /** When this process last gave a sign of life; by the clock that goes on while a machine is suspended. */
  let heard = Date.now();
  let lost: ApiError | undefined;
  const rewrite = (change: Partial<LockContent>) => {
    Object.assign(content, change);
    const path = pathOf(dir, number);
    const temporary = `${path}.${content.token}`;
    writeFileSync(temporary, JSON.stringify(content));
    renameSync(temporary, path);
  };
  /** As every contender does, by the next number: only one can make it. */
  const takeAgain = () => {
    const next = number + 1;
    if (highest(dir) === number && create(dir, next, content) && highest(dir) === next) {
      rmSync(pathOf(dir, number), { force: true });
      number = next;
      heard = Date.now();
      return;
    }
    const holder = highest(dir);
    lost = lostTo(dir, holder === undefined ? undefined : read(dir, holder));
  };
  const assertHeld = () => {
    if (lost === undefined && Date.now() - heard > silentMs / 2) takeAgain();
    if (lost !== undefined) throw lost;
  };
  const heartbeat = setInterval(() => {
    try {
      assertHeld();
      const now = new Date();
      utimesSync(pathOf(dir, number), now, now);
      heard = now.getTime();
    } catch {
      // Lost, which the next use tells; or the directory was removed under us, and there is nothing left to guard.
    }
  }, heartbeatMs);
  heartbeat.unref();
  return {
    assertHeld,
    announce: (url) => rewrite({ url }),
    release: () => {
      clearInterval(heartbeat);
      if (lost !== undefined) return;
      try {
        rewrite({ released: true, url: null });
      } catch {
        // As above.
      }
    },
  };
}

function create(dir: string, number: number, content: LockContent): boolean {
  const temporary = join(dir, `lock-${content.token}.tmp`);
  writeFileSync(temporary, JSON.stringify(content));
  try {
    linkSync(temporary, pathOf(dir, number));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function isHeld(dir: string, number: number): boolean {
  const content = read(dir, number);
  // Gone between looking and reading: the caller looks again.
  if (content === undefined || content.released) return false;
  const state = stateOf(content);
  if (state !== "unknown") return state === "alive";
  const touched = statSync(pathOf(dir, number), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Date.now() - touched < silentMs;
}

function read(dir: string, number: number): LockContent | undefined {
  try {
    return JSON.parse(readFileSync(pathOf(dir, number), "utf8")) as LockContent;
  } catch (error) {
    // Gone, or cut off by a power failure: nobody's. A file that is there and cannot be read may be somebody's.
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function numbers(dir: string): number[] {
  return readdirSync(dir).flatMap((name) => {
    const match = /^lock-(\d+)\.json$/.exec(name);
    return match ? [Number(match[1])] : [];
  });
}

function highest(dir: string): number | undefined {
  const all = numbers(dir);
  return all.length > 0 ? Math.max(...all) : undefined;
}

const pathOf = (dir: string, number: number) => join(dir, `lock-${number}.json`);

function locked(dir: string, holder: LockContent | undefined): ApiError {
  const who = holder === undefined ? "another process" : `process ${holder.pid} on ${holder.host}`;
  const where = holder?.url ? `, whose server is ${holder.url}` : "";
  const fix = holder?.url
    ? `Use the running server at ${holder.url}, or stop process ${holder.pid}.`
    : `Stop ${who}, use another directory (LEPTA_HOME), or PostgreSQL (DATABASE_URL) for several processes.`;
  const unseen = holder !== undefined && stateOf(holder) === "unknown";
  return new ApiError("store-locked", `the store ${dir} is open in ${who}${where}`, {
    fix: unseen
      ? `${fix} It is on another host or in another container: if it was killed, the lock is free ${silentMs / 1000} s after its last sign of life.`
      : fix,
  });
}

function lostTo(dir: string, holder: LockContent | undefined): ApiError {
  const who = holder === undefined ? "another process" : `process ${holder.pid} on ${holder.host}`;
  return new ApiError("store-locked", `the store ${dir} went to ${who} while this process was stopped`, {
    fix: "Start this process again: it may not write any more. For several processes use PostgreSQL (DATABASE_URL).",
  });
}
