// Which Host headers pass, by the address that the server listens on.
import { expect, test } from "vitest";
import { hostCheck, isLoopback } from "./host-check.ts";

const passes = (bound: string, header: string | undefined, allowed: string[] = []) => {
  try {
    hostCheck(bound, allowed)(header);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: "host-not-allowed", status: 421 });
    return false;
  }
};

test("on loopback: loopback names and those that are allowed", () => {
  for (const host of ["localhost:7080", "127.0.0.1", "127.0.0.2:1", "[::1]:7080", "LOCALHOST", "app.localhost"]) {
    expect(passes("127.0.0.1", host)).toBe(true);
  }
  for (const host of [
    "evil.example",
    "127.0.0.1.evil.example",
    "127.evil",
    "10.0.0.1",
    "",
    undefined,
    "a b",
    "[::2]",
  ]) {
    expect(passes("127.0.0.1", host)).toBe(false);
  }
  expect(passes("127.0.0.1", "lepta.example:443", ["lepta.example"])).toBe(true);
});

test("on a network: any host name, or only those that are allowed", () => {
  expect(passes("0.0.0.0", "anything.example:80")).toBe(true);
  expect(passes("0.0.0.0", undefined)).toBe(true);
  expect(passes("0.0.0.0", "no host")).toBe(false);
  expect(passes("0.0.0.0", "anything.example", ["lepta.example"])).toBe(false);
  expect(passes("0.0.0.0", "lepta.example", ["lepta.example"])).toBe(true);
});

test("loopback addresses", () => {
  expect(["127.0.0.1", "127.9.9.9", "::1", "localhost"].every(isLoopback)).toBe(true);
  expect(["0.0.0.0", "127.example", "10.0.0.1", "::"].some(isLoopback)).toBe(false);
});
