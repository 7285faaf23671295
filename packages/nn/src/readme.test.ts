// The README's whole programs run as they are written and reach what they state.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const programs = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text]) => text ?? "");

/** Runs a program; gives what it prints and says whether it left the file. */
async function run(program: string, file: string): Promise<string> {
  // Inside the package, so that it finds itself by name; dist is not under version control.
  const dist = fileURLToPath(new URL("../dist/", import.meta.url));
  mkdirSync(dist, { recursive: true });
  const folder = mkdtempSync(join(dist, "readme-"));
  try {
    writeFileSync(join(folder, "readme.ts"), program);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--import", "tsx", "--conditions=lepta-source", "readme.ts"],
      { cwd: folder },
    );
    expect(existsSync(join(folder, file))).toBe(true);
    return stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("the first program", async () => {
  const printed = await run(programs[0] ?? "", "circle.onnx");
  expect(Number(/accuracy (\S+)/.exec(printed)?.[1])).toBeGreaterThanOrEqual(0.9);
});

test("the program with several inputs and outputs", async () => {
  const printed = await run(programs.find((text) => text.includes("rectangles.onnx")) ?? "", "rectangles.onnx");
  expect(printed).toContain("width,height wide,area");
  expect(Math.abs(Number(/area (\S+)\n/.exec(printed)?.[1]) - 0.4)).toBeLessThan(0.05);
});

test("the layer and the loss of one's own", async () => {
  const printed = await run(programs.find((text) => text.includes("product.onnx")) ?? "", "product.onnx");
  const loss = Number(/loss (\S+)/.exec(printed)?.[1]);
  // The fourth power of the product of two numbers in [-1, 1] is 0.04 in the mean.
  expect(loss).toBeLessThan(0.004);
});
