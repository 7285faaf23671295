// kill -9 in every stage: the store opens, the run is shown as interrupted, the next ship goes on from the last finished stage.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { remove, root, runJson, startCli, temporaryDirectory } from "./cli.ts";
import { startServer } from "./server.ts";

let home = "";
beforeAll(() => {
  home = temporaryDirectory();
});
afterAll(() => remove(home));

const product = join(root, "examples/credit/product.ts");
const stages = ["data", "train", "evaluate", "bundle", "deploy", "use", "bill"];

/** Ships until `text` is seen, then kills. Returns what was printed. */
async function shipUntil(text: string | RegExp): Promise<string> {
  const cli = startCli(["ship", product, "--once", "--port", "0"], { home });
  await cli.saw(text);
  cli.process.kill("SIGKILL");
  const { signal } = await cli.done;
  expect(signal).toBe("SIGKILL");
  return cli.output();
}

test("a ship killed in every stage is resumed each time", { timeout: 240_000 }, async () => {
  const points: [stage: number, text: string | RegExp][] = [
    ...stages.map((name, i): [number, string] => [i, `[${i + 1}/7] ${name}`]),
  ];
  // In the middle of training too, when the first losses are out.
  points.splice(2, 0, [1, /epoch +\d+/]);
  for (const [stage, text] of points) {
    const printed = await shipUntil(text);
    for (let earlier = 0; earlier < stage - 1; earlier++)
      expect(printed, `${stages[earlier]} before ${text}`).toMatch(
        new RegExp(`\\[${earlier + 1}/7\\] ${stages[earlier]}\\n(?: {6}.*\\n)* {6}reused`),
      );
    // The store opens (it does for each next ship too), and counts no prediction twice.
    if (stage < 4) continue;
    const usage = await runJson<{ total: number }>(["usage"], { home });
    expect(usage.total).toBeLessThanOrEqual(stage >= 5 ? 200 : 0);
  }

  const server = await startServer(home);
  try {
    const { items } = await server.client.runs({ product: "credit", limit: 50 });
    expect(items).toHaveLength(points.length);
    for (const run of items) expect(run).toMatchObject({ status: "interrupted", resumable: true });
  } finally {
    expect(await server.stop()).toBe(0);
  }

  type Result = { stages: { stage: string; status: string }[] };
  const result = await runJson<Result>(["ship", product, "--once", "--port", "0"], { home });
  expect(result.stages.map(({ stage }) => stage)).toEqual(stages);
  expect(result.stages.slice(0, 5).map(({ status }) => status)).toEqual([
    "reused",
    "reused",
    "reused",
    "reused",
    "reused",
  ]);
  const usage = await runJson<{ total: number }>(["usage"], { home });
  expect(usage.total).toBe(200);
});
