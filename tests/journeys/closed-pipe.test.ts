// A reader that goes away (`lepta … | head`) is no failure: no stack, a quiet end, and work that has a result is finished.
import { spawn } from "node:child_process";
import { existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readTable } from "@lepta/data";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { remove, root, temporaryDirectory } from "./cli.ts";

let directory = "";
beforeAll(() => {
  directory = temporaryDirectory();
  const rows = Array.from({ length: 160 }, (_, i) => {
    const weight = (i * 37) % 100;
    return `${String(i).padStart(5, "0")},${weight},${["sea", "air"][i % 2]},${(weight + 13 * (i % 5)) % 120 > 55 ? "late" : "kept"}`;
  });
  writeFileSync(join(directory, "parcels.csv"), ["parcel,weight,way,outcome", ...rows, ""].join("\n"));
  writeFileSync(
    join(directory, "product.ts"),
    `import { defineProduct, table, tabular } from ${JSON.stringify(join(root, "packages/lepta/src/index.ts"))};
export default defineProduct({
  name: "parcels",
  data: table("parcels.csv", { target: "outcome", positive: "late", columns: { weight: "number", way: "category" } }),
  task: tabular.classifier(),
});
`,
  );
});
afterAll(() => remove(directory));

interface Closing {
  /** Closes the reading end of this output at its first byte; "both" closes both before anything is written. */
  readonly close: "stdout" | "stderr" | "both";
  readonly stdout?: number;
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly text: string;
}

/** Runs `lepta …args` for readers that go away. */
function lepta(args: readonly string[], { close, stdout }: Closing): Promise<Ended> {
  const { DATABASE_URL: _, LEPTA_API_KEY: __, ...inherited } = process.env;
  const child = spawn(
    process.execPath,
    [
      "--conditions=lepta-source",
      "--import",
      import.meta.resolve("tsx"),
      join(root, "packages/lepta/src/bin.ts"),
      ...args,
    ],
    {
      cwd: directory,
      env: { ...inherited, LEPTA_HOME: join(directory, "store") },
      stdio: ["ignore", stdout ?? "pipe", "pipe"],
    },
  );
  let text = "";
  for (const name of ["stdout", "stderr"] as const) {
    const stream = child[name];
    if (close === "both") stream?.destroy();
    else
      stream?.setEncoding("utf8").on("data", (part: string) => {
        text += part;
        if (name === close) stream.destroy();
      });
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve({ code, signal, text }));
  });
}

/** It ended by itself and well, and no stack was shown. */
function expectQuiet({ code, signal, text }: Ended): void {
  expect(text).not.toMatch(/EPIPE|Unhandled|node:events|^ +at /m);
  expect({ code, signal }).toEqual({ code: 0, signal: null });
}

const train = ["train", "--data", "parcels.csv", "--target", "outcome", "--out"];

describe("readers that go away", () => {
  test.each<Closing["close"]>(["stdout", "both"])("train writes its bundle (%s)", async (close) => {
    const out = `bundle-${close}`;
    expectQuiet(await lepta([...train, out], { close }));
    for (const name of ["model.onnx", "manifest.json", "card.md"])
      expect(existsSync(join(directory, out, name))).toBe(true);
  });

  test("train --json, whose progress nobody reads, still gives its result", async () => {
    const { code, text } = await lepta([...train, "bundle-json", "--json"], { close: "stderr" });
    expect(code).toBe(0);
    expect(JSON.parse(text.slice(text.indexOf("{\n")))).toMatchObject({ task: "binary" });
  });

  test("predict writes its file, with the kept key", async () => {
    const args = ["predict", "bundle-stdout", "--data", "parcels.csv", "--out", "scores.csv", "--keep", "parcel"];
    expectQuiet(await lepta(args, { close: "stdout" }));
    const scores = await readTable(join(directory, "scores.csv"), { types: { parcel: "text" } });
    expect(scores.columns.map(({ name }) => name)).toEqual(["parcel", "label", "probability_kept", "probability_late"]);
    expect(scores.columns[0]?.data.slice(0, 2)).toEqual(["00000", "00001"]);
    expect(scores.rowCount).toBe(160);
  });

  test.each<readonly [string, readonly string[], Closing["close"]]>([
    ["evaluate", ["evaluate", "bundle-stdout", "--data", "parcels.csv"], "stdout"],
    ["evaluate --json", ["evaluate", "bundle-stdout", "--data", "parcels.csv", "--json"], "stdout"],
    ["--help", ["--help"], "stdout"],
    ["train --help", ["train", "--help"], "both"],
  ])("%s ends", async (_, args, close) => expectQuiet(await lepta(args, { close })));

  test("ship runs every stage, and does not stay up for nobody", { timeout: 240_000 }, async () => {
    expectQuiet(await lepta(["ship", "product.ts", "--port", "0"], { close: "stdout" }));
    const again = await lepta(["ship", "product.ts", "--once", "--json"], { close: "stderr" });
    const { stages } = JSON.parse(again.text.slice(again.text.indexOf("{\n"))) as { stages: { status: string }[] };
    expect(stages.filter(({ status }) => status === "reused").length).toBeGreaterThanOrEqual(6);
    expectQuiet(await lepta(["usage"], { close: "stdout" }));
    expectQuiet(await lepta(["usage", "--json"], { close: "both" }));
  });

  test("an error keeps its code", async () => {
    const { code, text } = await lepta(["predict", "nowhere", "--data", "parcels.csv", "--out", "x.csv"], {
      close: "stdout",
    });
    expect(code).toBe(1);
    expect(text).toContain("code: bundle-not-found");
  });

  test.skipIf(!existsSync("/dev/full"))(
    "a full disk behind the output is an error, and the work is there",
    async () => {
      const args = ["predict", "bundle-stdout", "--data", "parcels.csv", "--out", "full.csv"];
      const { code, text } = await lepta(args, { close: "stdout", stdout: openSync("/dev/full", "w") });
      expect(code).toBe(1);
      expect(text).toContain("code: output-unwritable");
      expect(text).not.toMatch(/^ +at /m);
      expect(readFileSync(join(directory, "full.csv"), "utf8").split("\n").length).toBe(162);
    },
  );
});
