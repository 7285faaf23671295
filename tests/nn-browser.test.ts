// @lepta/nn in Chromium, on onnxruntime-web: the suites that Node runs, and a LeNet whose curve is Node's.
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createSession, lenet, fit as train } from "@lepta/nn";
import { build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lenetOptions, type PageFunctions } from "./browser/nn-page.ts";

const executablePath = process.env.LEPTA_TEST_CHROMIUM ?? "/usr/bin/chromium";
const present = existsSync(executablePath);
const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"];
const local = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The page's script. Where the bundler sets the "browser" condition, the same sources take their web session. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [local("./browser/nn-page.ts")],
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    conditions: ["lepta-source"],
    alias: { vitest: local("./browser/suite.ts") },
    logLevel: "error",
  });
  return (outputFiles[0] as { readonly text: string }).text;
}

/** Serves the page, its script, and onnxruntime-web's WebAssembly from beside the script, where it looks for it. */
function serve(script: string): Server {
  const runtime = dirname(createRequire(local("../packages/onnxruntime-web/package.json")).resolve("onnxruntime-web"));
  const types: Readonly<Record<string, string>> = { ".wasm": "application/wasm", ".mjs": "text/javascript" };
  return createServer((request, response) => {
    const name = (request.url ?? "/").split("?")[0]?.slice(1) ?? "";
    if (name === "") {
      const html =
        '<!doctype html><title>nn</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>';
      response.writeHead(200, { "content-type": "text/html" }).end(html);
    } else if (name === "page.js") response.writeHead(200, { "content-type": "text/javascript" }).end(script);
    else if (/^ort[\w.-]+\.(wasm|mjs)$/.test(name) && existsSync(join(runtime, name)))
      response.writeHead(200, { "content-type": types[extname(name)] }).end(readFileSync(join(runtime, name)));
    else response.writeHead(404).end();
  });
}

type Result<K extends keyof PageFunctions> = Awaited<ReturnType<PageFunctions[K]>>;

/** Calls a function of the page's script. */
function callOn<K extends keyof PageFunctions>(
  page: Page,
  name: K,
  ...given: Parameters<PageFunctions[K]>
): Promise<Result<K>> {
  const run = ([own, values]: readonly [string, readonly unknown[]]): unknown =>
    (globalThis as unknown as { page: Record<string, (...all: readonly unknown[]) => unknown> }).page[own]?.(...values);
  return page.evaluate(run, [name, given] as const) as Promise<Result<K>>;
}

describe.skipIf(!present)(
  present ? "@lepta/nn in a browser" : `@lepta/nn in a browser (no Chromium at ${executablePath})`,
  () => {
    let server: Server;
    let browser: Browser;
    let page: Page;
    let script: string;
    const complaints: string[] = [];
    const call = <K extends keyof PageFunctions>(
      name: K,
      ...given: Parameters<PageFunctions[K]>
    ): Promise<Awaited<ReturnType<PageFunctions[K]>>> => callOn(page, name, ...given);

    beforeAll(async () => {
      script = await bundle();
      server = serve(script);
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      browser = await chromium.launch({ executablePath, args: flags });
      page = await browser.newPage();
      page.on("pageerror", (error) => complaints.push(error.message));
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      await page.waitForFunction("globalThis.page !== undefined");
    }, 120_000);

    afterAll(async () => {
      await browser?.close();
      server?.close();
      expect(complaints).toEqual([]);
    });

    it("is bundled without onnxruntime-node and without Node's modules", () => {
      expect(script).not.toContain("onnxruntime_binding");
      expect(script).not.toMatch(/from\s*"node:/);
    });

    it("passes the session suite", async () => {
      const { passed, failed } = await call("sessions", ["cpu"]);
      expect(failed).toEqual([]);
      expect(passed.length).toBeGreaterThanOrEqual(10);
    }, 120_000);

    it("passes the gradient suite", async () => {
      const { count, failed } = await call("gradients");
      expect(failed).toEqual([]);
      expect(count).toBeGreaterThan(100);
    }, 300_000);

    it("trains a LeNet with Node's curve, and Node runs the model", async () => {
      const { losses, epochs, checkpoints, model } = await call("train", ["cpu"], 4);
      expect(losses).toHaveLength(4 * 30);
      expect(checkpoints).toBe(4);
      expect(epochs.at(-1)).toBeLessThan((epochs[0] ?? 0) * 0.7);
      const own: number[] = [];
      const options = lenetOptions();
      const run = train(lenet(), options);
      for await (const event of run) if (event.type === "step") own.push(event.loss);
      // The two builds add up in another order: the first steps agree to the last bits, later ones drift apart.
      const apart = (from: number, to: number): number =>
        Math.max(...own.slice(from, to).map((loss, i) => Math.abs(loss - (losses[from + i] ?? Number.NaN))));
      expect(apart(0, 10)).toBeLessThan(1e-4);
      expect(apart(0, 120)).toBeLessThan(0.02);
      const session = await createSession(Uint8Array.from(model));
      const { output } = await session.run({ input: options.data.inputs });
      expect(output?.shape).toEqual([120, 10]);
      await session.close();
    }, 120_000);

    it("trains on a source, in the page and as a whole in a Web Worker, with the curve of whole arrays", async () => {
      const expected = await call("trainDense", ["cpu"]);
      expect(await call("trainOnSource")).toEqual(expected);
      const inWorker = page.evaluate(
        `new Promise((resolve, reject) => {
          const worker = new Worker("/page.js", { type: "module" });
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = ({ message }) => reject(new Error(message));
          worker.postMessage("train");
        })`,
      );
      expect(await inWorker).toEqual(expected);
    }, 120_000);

    it("trains on WebGPU with the same curve or refuses to, where Chromium has an adapter", async (context) => {
      const software = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];
      const other = await chromium.launch({ executablePath, args: [...flags, ...software] });
      try {
        const gpu = await other.newPage();
        await gpu.goto(page.url());
        await gpu.waitForFunction("globalThis.page !== undefined");
        const adapter = await gpu.evaluate("navigator.gpu?.requestAdapter().then((found) => found !== null)");
        if (adapter !== true) return context.skip("this Chromium has no WebGPU adapter, not even a software one");
        const losses = await callOn(gpu, "trainDense", ["webgpu"]);
        const expected = await call("trainDense", ["cpu"]);
        expect(losses).toHaveLength(30);
        expect(Math.max(...losses.map((loss, i) => Math.abs(loss - (expected[i] ?? Number.NaN))))).toBeLessThan(0.01);
        // A convolution over six channels is wrong there (onnxruntime-web 1.30 on Chromium's software adapter). Where
        // it is right, LeNet trains; it never trains on wrong numbers.
        const lenetThere = await callOn(gpu, "train", ["webgpu"], 1).then(
          (trained) => trained.losses.length,
          (error: Error) => error.message,
        );
        if (lenetThere !== 30) expect(lenetThere).toContain("two steps have the losses");
      } finally {
        await other.close();
      }
    }, 240_000);

    it("refuses files, providers and threads that are not there, by code", async () => {
      expect(await call("refusals")).toEqual([
        "files-unavailable",
        "files-unavailable",
        "session-create-failed",
        "training-option-invalid",
      ]);
    }, 60_000);
  },
);
