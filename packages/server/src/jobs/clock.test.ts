// Cron's times, each told once.
import { afterEach, expect, test, vi } from "vitest";
import { createClock } from "./clock.ts";

afterEach(() => void vi.useRealTimers());

test("a time that comes is told once; of those that passed meanwhile, the latest", () => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-03-01T00:09:59.900Z") });
  const clock = createClock("10 0 * * *");
  expect(clock()).toBeUndefined();
  vi.setSystemTime(new Date("2026-03-01T00:10:00.000Z"));
  expect(clock()?.toISOString()).toBe("2026-03-01T00:10:00.000Z");
  expect(clock()).toBeUndefined();
  vi.setSystemTime(new Date("2026-03-04T12:00:00.000Z"));
  expect(clock()?.toISOString()).toBe("2026-03-04T00:10:00.000Z");
  expect(clock()).toBeUndefined();
});
