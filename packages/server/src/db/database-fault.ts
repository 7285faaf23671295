// Which errors are the database's state and no fault of the statement, and what callers are told of them.
import { ApiError } from "@lepta/api";

/** What the store says itself. */
const told: ReadonlySet<string> = new Set(["store-full", "database-unreachable", "store-locked"]);

/** Seconds after which a caller may try again. */
const retryAfterSeconds = 5;

/**
 * `store-full` where the disk has no room for the statement, `database-unreachable` where no answer came, `store-locked`
 * where the store went to another process: wherever in the chain of causes it stands. undefined: the error is another.
 */
export function databaseFault(error: unknown): ApiError | undefined {
  for (let one = error; one instanceof Error; one = one.cause) {
    if (one instanceof ApiError && told.has(one.code)) return one;
    const code = "code" in one ? String(one.code) : "";
    if (fullCodes.test(code)) {
      return new ApiError("store-full", `the store takes no more: ${one.message}`, {
        cause: error,
        fix: "Make room on the store's disk: it goes on by itself.",
        retryAfterSeconds,
      });
    }
    if (code === "store-closed" || unreachableCodes.test(code) || unreachableMessages.test(one.message)) {
      return new ApiError("database-unreachable", "the database does not answer", {
        cause: error,
        fix: "Try again in a moment; the server's operator looks after its database.",
        retryAfterSeconds,
      });
    }
  }
  return undefined;
}

/** SQLSTATE disk_full; the file system's own words, for the files beside the database. */
const fullCodes = /^(53100|ENOSPC|EDQUOT)$/;

/**
 * The network's errors, and the SQLSTATE classes that no statement is at fault for: 08 (connection), 28 (the login was
 * taken away), 3D (no such database), 40 (a deadlock, a conflict with another transaction), 53 (resources, too many
 * connections), 55 (a lock that was not had in time, a database that takes no connections), 57 (cancelled, shut down,
 * starting up, idle too long) and 58 (the system under it); of class 25 a standby after a failover (25006) and a
 * transaction ended by its time limit (25P03, 25P04).
 */
const unreachableCodes =
  /^(ECONN.*|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|(08|28|3D|40|53|55|57|58)...|25006|25P03|25P04)$/;

/** What `pg` says without a code. */
const unreachableMessages =
  /timeout exceeded when trying to connect|Connection terminated|not queryable|Client was closed/;
