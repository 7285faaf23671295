// What a caller sees of an error.
import { ApiError } from "@lepta/api";
import { expect, test } from "vitest";
import { publicError } from "./answer.ts";
import { loggable } from "./log.ts";

const failure = (message: string, code: string, cause?: unknown) =>
  Object.assign(new Error(message, { cause }), { code });

test("an error of the wire goes out as it is; any other says nothing of the inside", () => {
  const known = new ApiError("run-not-found", "no run", { fix: "look" });
  expect(publicError(known)).toBe(known);
  const unknown = publicError(new Error("select secret from table"));
  expect(unknown).toMatchObject({ code: "internal-error", status: 500, message: "the server failed to answer" });
  // An error that a client made never travels.
  expect(publicError(new ApiError("server-unreachable", "x", { fix: "y" })).code).toBe("internal-error");
});

test("a database that does not answer is 503 with Retry-After", () => {
  for (const cause of [
    failure("connect", "ECONNREFUSED"),
    failure("terminating connection", "57P01"),
    new Error("Failed query", { cause: failure("the database system is starting up", "57P03") }),
    new Error("timeout exceeded when trying to connect"),
  ]) {
    expect(publicError(cause)).toMatchObject({ code: "database-unreachable", status: 503, retryAfterSeconds: 5 });
  }
  expect(publicError(failure("duplicate key", "23505")).code).toBe("internal-error");
});

test("what is logged of an error has no query parameters", () => {
  const error = new Error('Failed query: insert into "x"\nparams: ada,secret', {
    cause: failure("duplicate", "23505"),
  });
  const text = JSON.stringify(loggable(error));
  expect(text).toContain("Failed query");
  expect(text).toContain("23505");
  expect(text).not.toContain("secret");
  expect(text).not.toContain("ada");
});
