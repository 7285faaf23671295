// The console's budget: what a browser downloads, compressed.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { builtConsole } from "./built-console.ts";

const kilobyte = 1000;

describe("the console's build", () => {
  const dist = builtConsole();
  const size = (ending: string) =>
    readdirSync(join(dist, "assets"))
      .filter((name) => name.endsWith(ending))
      .reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, "assets", name))).byteLength, 0);

  it("has less than 250 kB of JavaScript, every page together", () => {
    expect(size(".js")).toBeGreaterThan(50 * kilobyte);
    expect(size(".js")).toBeLessThan(250 * kilobyte);
  });

  it("has less than 30 kB of styles", () => {
    expect(size(".css")).toBeGreaterThan(kilobyte);
    expect(size(".css")).toBeLessThan(30 * kilobyte);
  });

  it("has no script or style in its page, so that the policy needs no exception", () => {
    const page = readFileSync(join(dist, "index.html"), "utf8");
    expect(page).not.toMatch(/<script(?![^>]*\ssrc=)/);
    expect(page).not.toMatch(/<style|\sstyle=|\son\w+=/);
  });
});
