// Opens the built page in Chromium, on an origin that also passes API calls on to the server.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { chromium } from "playwright-core";
import type { Server } from "./run.ts";

const executablePath = process.env.LEPTA_TEST_CHROMIUM ?? "/usr/bin/chromium";
const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"];
const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
};

/** What the page writes when it is done; undefined where there is no Chromium. Throws what the page throws. */
export async function pageSays(dir: string, { url, key }: Server): Promise<string | undefined> {
  if (!existsSync(executablePath)) return undefined;
  const web = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://page").pathname;
    if (path === "/server.json") return void response.end(JSON.stringify({ url: "", key }));
    if (path.startsWith("/v1/")) {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const answer = await fetch(`${url}${path}`, {
        method: request.method ?? "GET",
        headers: {
          authorization: request.headers.authorization ?? "",
          "content-type": request.headers["content-type"] ?? "",
        },
        body: Buffer.concat(chunks),
      });
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
      return void response.end(await answer.text());
    }
    const file = join(dir, normalize(path === "/" ? "/index.html" : path));
    if (!existsSync(file)) return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" });
    response.end(readFileSync(file));
  });
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  const browser = await chromium.launch({ executablePath, args: flags });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(web.address() as AddressInfo).port}/`);
    await page.waitForFunction('document.querySelector("#out").textContent !== "working"', undefined, {
      timeout: 120_000,
    });
    const said = (await page.textContent("#out")) ?? "";
    if (said.startsWith("failed: ")) throw new Error(`the page ${said}`);
    return said;
  } finally {
    await browser.close();
    web.close();
  }
}
