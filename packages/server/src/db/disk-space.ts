// How much room an embedded store's disk has left.
import { statfsSync } from "node:fs";

/**
 * Bytes under which the embedded database takes no writes. A segment of its write-ahead log has 16 MiB, and PostgreSQL
 * stops for good where it cannot make the next one; as much again is for what a statement under way still writes.
 */
export const reserveBytes = 32 * 2 ** 20;

/** Bytes that this user may still write beside `path`; Infinity where the system does not tell. */
export function freeBytes(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
