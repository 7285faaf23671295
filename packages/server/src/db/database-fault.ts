// Which errors are the database's state and no fault of the statement, and what callers are told of them.
import { ApiError } from "@lepta/api";

/** Seconds after which a caller may try again. */
const retryAfterSeconds = 5;

/**
 * `store-full` where the disk has no room for the statement, `database-unreachable` where no answer came: wherever in
 * the chain of causes it stands. undefined: the error is another.
 */
export function databaseFault(error: unknown): ApiError | undefined {
  for (let one = error; one instanceof Error; one = one.cause) {
    if (one instanceof ApiError && (one.code === "store-full" || one.code === "database-unreachable")) return one;
    const code = "code" in one ? String(one.code) : "";
    if (fullCodes.test(code)) {
      return new ApiError("store-full", `the store takes no more: ${one.message}`, {
        cause: error,
        fix: "Make room on the store's disk: it goes on by itself.",
        retryAfterSeconds,
      });
    }
    if (unreachableCodes.test(code) || unreachableMessages.test(one.message)) {
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
 * The network's errors, and SQLSTATE classes 08 (connection) and 57P0 (shut down, starting up, ended by the
 * administrator, idle too long, the database dropped), 53300 (too many connections), 3D000 (no such database), 28 (the
 * login was taken away), 25006 (a standby after a failover), 25P03 and 25P04 (a transaction ended by its time limit).
 */
const unreachableCodes =
  /^(ECONN.*|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|08...|57P0.|53300|3D000|28...|25006|25P03|25P04)$/;

/** What `pg` says without a code. */
const unreachableMessages =
  /timeout exceeded when trying to connect|Connection terminated|not queryable|Client was closed/;
