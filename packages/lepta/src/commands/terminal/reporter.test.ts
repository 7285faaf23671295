// Plain progress: what is counted aloud is counted to its end, what is quick is not counted at all.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createReporter } from "./reporter.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

/** What is said of five folds that take `ms` each. */
function folds(ms: number): string[] {
  const lines: string[] = [];
  const stream = { isTTY: false } as NodeJS.WriteStream;
  const say = (text = ""): void => void lines.push(text.trim());
  const { report } = createReporter({ json: false, stream, say, result: () => {}, unread: () => false });
  report({ type: "stage-start", stage: "train", position: 0, total: 1 });
  for (let done = 0; done <= 5; done++) {
    report({ type: "progress", label: "fold", done, total: 5 });
    vi.advanceTimersByTime(ms);
  }
  return lines.slice(1);
}

test("slow folds", () => {
  expect(folds(1500)).toEqual([1, 2, 3, 4, 5].map((fold) => `fold: ${fold} of 5`));
});

test("quick folds", () => {
  expect(folds(10)).toEqual([]);
});

test("the run's name and where it can be watched are said before the first stage", () => {
  const lines: string[] = [];
  const stream = { isTTY: false } as NodeJS.WriteStream;
  const say = (text = ""): void => void lines.push(text);
  const { report } = createReporter({ json: false, stream, say, result: () => {}, unread: () => false });
  const run = "01a221fb-2353-7e94-999b-3122e700e39a";
  report({ type: "ready", run, url: "http://127.0.0.1:7080", consoleUrl: "http://127.0.0.1:7080/#key=k" });
  expect(lines).toEqual([
    expect.stringMatching(/^run {6}[a-z]+-[a-z]+-e39a$/),
    "API      http://127.0.0.1:7080",
    "console  http://127.0.0.1:7080/#key=k",
  ]);
});
