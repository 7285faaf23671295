// The console in a browser, against a real server with a real store: from the key to the bill.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApiClient, runName } from "@lepta/api";
import {
  appendRunEvents,
  createKey,
  createOrganisation,
  createRun,
  finishRun,
  openStore,
  type RunningServer,
  recordStage,
  type Store,
  startServer,
  type Tenant,
} from "@lepta/server";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { builtConsole } from "./built-console.ts";
import { type ShippedCredit, shipCredit, steps } from "./shipped-credit.ts";

const executablePath = process.env.LEPTA_TEST_CHROMIUM ?? "/usr/bin/chromium";
const present = existsSync(executablePath);
const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const predictions = 60;
const free = 10;
let dir: string;
let store: Store;
let tenant: Tenant;
let server: RunningServer;
let browser: Browser;
let page: Page;
let secret: string;
let firstRun: string;
/** What the browser complained of: script errors, console errors, policy violations. */
const complaints: string[] = [];

const readAuc = { title: "AUC", direction: "higher", unit: "" } as const;

describe.skipIf(!present)(present ? "the console" : `the console (no Chromium at ${executablePath})`, () => {
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "lepta-console-"));
    const consoleDir = builtConsole();
    store = await openStore({ dir: join(dir, "store") });
    const organisation = await createOrganisation(store, { name: "default" });
    tenant = store.tenant(organisation.id);
    ({ secret } = await createKey(tenant, { name: "console", scopes: ["predict", "feedback", "read", "admin"] }));
    const shipped = await shipCredit(store, tenant, join(dir, "bundles"), free);
    firstRun = shipped.run;
    server = await startServer(store, { port: 0, consoleDir });
    await usePredictions(shipped);

    browser = await chromium.launch({ executablePath, args: flags });
    const context = await browser.newContext({ locale: "en-US", timezoneId: "UTC", reducedMotion: "reduce" });
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on("pageerror", (error) => complaints.push(`script: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(`console: ${message.text()}`);
    });
    await page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) =>
        console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`),
      );
    });
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await store?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  afterEach(() => expect(complaints.splice(0)).toEqual([]));

  it("asks for a key, and says what the server says of a wrong one", async () => {
    await page.goto(server.url);
    await page.getByLabel("API key").fill("lepta_not-a-key-of-this-server");
    await page.getByRole("button", { name: "Sign in" }).click();
    const alert = page.getByRole("alert");
    await alert.waitFor();
    await expect.poll(() => textOf(alert)).toContain("unknown-key");
    // The browser reports a refused call by itself.
    expect(complaints.splice(0)).toEqual([expect.stringContaining("401")]);
  });

  it("takes the key from the fragment and removes it from the address", async () => {
    await page.goto("about:blank");
    await page.goto(`${server.url}/#key=${secret}`);
    await heading("Products");
    expect(page.url()).toBe(`${server.url}/`);
    await page.reload();
    await heading("Products");
  });

  it("allows no inline script or style and no eval", async () => {
    const response = await page.request.get(`${server.url}/products/credit`);
    const policy = response.headers()["content-security-policy"] ?? "";
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("style-src 'self'");
    expect(policy).not.toContain("unsafe");
    expect(response.headers()["content-type"]).toContain("text/html");
  });

  it("lists the product with its champion, traffic, predictions and cost", async () => {
    const row = page.getByRole("row", { name: /credit/ });
    await expect.poll(() => textOf(row)).toMatch(/logistic v1[\s\S]*AUC[\s\S]*0\.\d{3}[\s\S]*80% \/ 20%/);
    await expect.poll(() => textOf(row)).toMatch(/60\s+this month/);
  });

  it("shows the deployment's experiment", async () => {
    await page.getByRole("link", { name: "credit", exact: true }).click();
    await heading("credit");
    const experiment = page.getByRole("table", { name: "Variants of credit" });
    const champion = experiment.getByRole("row", { name: /champion logistic v1/ });
    const challenger = experiment.getByRole("row", { name: /challenger cautious v2/ });
    await expect.poll(() => textOf(champion)).toContain("What others are compared with");
    await expect.poll(() => textOf(challenger)).toMatch(/interval (excludes|contains) 0/);
    await challenger.getByRole("img", { name: /^Difference from the champion: [−+]?\d.*95 % interval/ }).waitFor();
    const feedback = await experiment.getByRole("img", { name: /^Predictions with their true label: 100%/ }).count();
    expect(feedback).toBe(2);
    await page.getByRole("table", { name: "Predictions" }).getByRole("row").nth(8).waitFor();
  });

  it("compares versions with intervals and confusion matrices", async () => {
    await page.getByRole("link", { name: "Compare versions" }).click();
    await heading("Versions");
    const metrics = page.getByRole("table", { name: "Metrics of v2 and v1" });
    await metrics
      .getByRole("img", { name: /^AUC of cautious v2: 0\.\d{3}, 95 % interval 0\.\d{3} to 0\.\d{3}/ })
      .waitFor();
    await page.getByLabel("with").selectOption({ label: "cautious v2" });
    await expect.poll(() => page.url()).toContain("compare=2%2C2");
    expect(await page.getByText("actual good").count()).toBeGreaterThan(0);
  });

  it("shows a version's origin and leads to its run", async () => {
    await page.goto(`${server.url}/products/credit/versions/1`);
    await heading("logistic v1");
    const main = page.getByRole("main");
    await expect.poll(() => textOf(main)).toMatch(/Data hash\s+[0-9a-f]{64}/);
    await expect.poll(() => textOf(main)).toMatch(/actual bad/);
    await page.getByRole("link", { name: runName(firstRun) }).click();
    await heading(`Run ${runName(firstRun)}`);
    await expect.poll(() => textOf(page.getByRole("main"))).toMatch(/data\s+↺\s*reused/);
  });

  it("draws a run's curves as they grow", async () => {
    const run = await createRun(tenant, { product: "credit", seed: 7 });
    await recordStage(tenant, run, { name: "train", position: 0, status: "running" });
    await appendRunEvents(tenant, run, steps(0, 20));
    await page.goto(`${server.url}/runs/${run}`);
    const status = page.getByRole("status").filter({ hasText: "running" });
    await status.waitFor();
    const loss = page.getByRole("figure").filter({ hasText: "Loss" });
    await loss.getByRole("img", { name: /^Loss of network by step: train 0\.519/ }).waitFor();
    await expect.poll(() => textOf(loss)).toMatch(/training\s*0\.519/);
    const before = await inked();

    await appendRunEvents(tenant, run, [
      ...steps(20, 400),
      { type: "progress", stage: "train", done: 3, total: 4, text: "epoch 3" },
    ]);
    await loss.getByRole("img", { name: /^Loss of network by step: train 0\.501/ }).waitFor();
    await expect.poll(() => textOf(loss)).toMatch(/training\s*0\.501/);
    await expect.poll(() => page.getByRole("progressbar").getAttribute("value")).toBe("3");
    await page.getByText("live", { exact: true }).waitFor();
    await expect.poll(async () => (await inked()) !== before).toBe(true);

    await recordStage(tenant, run, { name: "train", position: 0, status: "done", summary: { best: "network" } });
    await finishRun(tenant, run, "done");
    await page.getByRole("status").filter({ hasText: "done" }).waitFor();
    await expect.poll(() => textOf(page.getByRole("main"))).toMatch(/best\s*network/);
    await page.getByText("Log").click();
    await page.getByRole("log").getByText("run done").waitFor();
  });

  it("says how an interrupted run goes on", async () => {
    const run = await createRun(tenant, { product: "credit" });
    await recordStage(tenant, run, { name: "data", position: 0, status: "done" });
    await recordStage(tenant, run, { name: "train", position: 1, status: "running" });
    await finishRun(tenant, run, "interrupted");
    await page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Runs" }).click();
    const row = page.getByRole("row", { name: new RegExp(runName(run)) });
    await expect.poll(() => textOf(row)).toContain("interrupted");
    await row.getByRole("link", { name: runName(run) }).click();
    await page.getByText("nothing that it finished is lost").waitFor();
  });

  it("shows the usage by day", async () => {
    await page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Usage" }).click();
    await heading("Usage");
    await expect.poll(() => textOf(page.getByRole("main"))).toMatch(/All of it on .* \(UTC\)/);
    expect(await page.getByRole("figure").count()).toBe(0);
    await expect.poll(() => textOf(page.getByRole("main"))).toContain(`${free} of ${free}`);
    await expect.poll(() => textOf(page.getByRole("table", { name: "Usage by version" }))).toContain("logistic v1");
  });

  it("makes the month's invoice, exact to the micro-unit, and leads from a line to its predictions and back", async () => {
    await page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Invoices" }).click();
    await page.getByText("No invoice yet").waitFor();
    await page.getByRole("button", { name: "Invoice this month so far" }).click();
    await heading("Invoice 1");
    const lines = page.getByRole("table", { name: "Invoice lines" });
    await expect.poll(() => textOf(lines)).toContain("$0.002");
    // (60 − 10 free) × 0.002 USD
    await expect.poll(() => textOf(page.getByRole("main"))).toMatch(/Total\s+\$0\.10/);

    const line = lines.getByRole("row", { name: /logistic v1/ });
    const count = Number(await textOf(line.getByTitle("List the predictions of this line")));
    await line.getByTitle("List the predictions of this line").click();
    await heading("Predictions");
    const listed = page.getByRole("table", { name: "Predictions" }).getByRole("row");
    await expect.poll(() => listed.count()).toBe(Math.min(50, count) + 1);
    await listed.nth(1).getByRole("rowheader").getByRole("link").click();
    const trail = page.getByRole("list", { name: "From the call to the bill" });
    await trail.getByRole("link", { name: "invoice 1" }).waitFor();
    await expect.poll(() => textOf(trail)).toMatch(/logistic v1[\s\S]*Data\s+[0-9a-f]{12}/);
    await trail.getByRole("link", { name: runName(firstRun) }).waitFor();
  });

  it("says which threshold and costs decided an answer", async () => {
    await page.goto(`${server.url}/predictions?product=credit&variant=champion`);
    await page.getByRole("table", { name: "Predictions" }).getByRole("rowheader").first().getByRole("link").click();
    const main = page.getByRole("main");
    await main.getByRole("img", { name: /^Probability of bad \d+(\.\d)?%, threshold 17%$/ }).waitFor();
    await expect.poll(() => textOf(main)).toMatch(/bad is answered from a probability of 17% on; this row’s is/);
    const costs = main.getByRole("table", { name: /What an answer would cost/ });
    await expect.poll(() => textOf(costs)).toMatch(/answered/);
  });

  it("filters the predictions by answer and truth, and saves what is shown", async () => {
    await page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Predictions" }).click();
    await page.getByLabel("Product").selectOption("credit");
    await page.getByLabel("Answer").selectOption("bad");
    await page.getByLabel("Truth").selectOption("wrong");
    await expect.poll(() => page.url()).toMatch(/product=credit&label=bad&truth=wrong/);
    const rows = page.getByRole("table", { name: "Predictions" }).getByRole("row");
    const { items } = await createApiClient({ url: server.url, key: secret }).predictions({ limit: 500 });
    const wanted = items.filter(
      ({ outcome, feedback }) => outcome.kind === "class" && outcome.label === "bad" && feedback?.label === "good",
    );
    expect(wanted.length).toBeGreaterThan(0);
    await expect.poll(() => rows.count()).toBe(wanted.length + 1);
    for (const text of await rows.allInnerTexts()) expect(text).toMatch(/True label|not as answered/);
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: "CSV" }).click();
    const lines = readFileSync(await (await saved).path(), "utf8")
      .trim()
      .split("\r\n");
    expect(lines).toHaveLength(wanted.length + 1);
    expect(lines[0]).toMatch(/^id,at,product,.*row\.age/);
    expect(new Set(lines.slice(1).map((line) => line.split(",")[0]))).toEqual(new Set(wanted.map(({ id }) => id)));
  });

  it("shows a stage's records as tables, a run's headline, what failed it, and two runs beside each other", async () => {
    const metrics = (auc: number) => [
      { model: "baseline", AUC: 0.71 },
      { model: "network", AUC: auc },
    ];
    const runs: string[] = [];
    for (const auc of [0.73, 0.79]) {
      const run = await createRun(tenant, { product: "fraud", seed: 1 });
      runs.push(run);
      const summary = {
        rows: 200,
        metrics: metrics(auc),
        headline: { model: "network", metric: "auc", value: auc, ...readAuc },
      };
      await recordStage(tenant, run, { name: "evaluate", position: 0, status: "running" });
      await recordStage(tenant, run, {
        name: "evaluate",
        position: 0,
        status: "failed",
        summary,
        error: { code: "gate-failed", message: `The network's AUC is ${auc}, below the gate's 0.9.`, fix: "Lower it." },
      });
      await finishRun(tenant, run, "failed");
    }
    const [older = "", newer = ""] = runs;
    await page.goto(`${server.url}/runs/${newer}`);
    const main = page.getByRole("main");
    const table = main.getByRole("table", { name: "metrics" });
    await expect.poll(() => textOf(table)).toMatch(/network\s+0\.790/);
    await expect.poll(() => textOf(main)).toMatch(/below the gate's 0\.9\.[\s\S]*gate-failed/);

    await page.getByRole("link", { name: "Compare with another" }).click();
    await heading("Runs");
    await expect
      .poll(() => textOf(page.getByRole("row", { name: new RegExp(runName(newer)) }).first()))
      .toMatch(/AUC\s+0\.790\s+network/);
    const compared = page.getByRole("table", { name: `${runName(newer)} and ${runName(older)}` });
    await expect.poll(() => textOf(compared)).toMatch(/network › .*\s+0\.790\s+0\.730/);
    expect(await textOf(compared)).not.toContain("baseline");
    await page.getByRole("checkbox").check();
    await expect.poll(() => textOf(compared)).toContain("baseline");
  });

  it("draws no lone dots: what was reported once is a figure", async () => {
    const run = await createRun(tenant, { product: "credit", seed: 3 });
    await recordStage(tenant, run, { name: "train", position: 0, status: "running" });
    await appendRunEvents(tenant, run, [
      {
        type: "metric",
        stage: "train",
        model: "baseline",
        step: 1,
        epoch: 1,
        values: { loss: 0.52, auc: 0.77 },
        metrics: { auc: readAuc },
      },
    ]);
    await finishRun(tenant, run, "done");
    await page.goto(`${server.url}/runs/${run}`);
    await page.getByRole("heading", { name: "Figures of baseline" }).waitFor();
    await expect.poll(() => textOf(page.getByRole("main"))).toMatch(/AUC, held out\s+0\.770/);
    expect(await page.getByRole("figure").count()).toBe(0);
  });

  it("makes a key, shows its secret once, and revokes it", async () => {
    await page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Keys" }).click();
    await page.getByLabel("Name").fill("checkout");
    await page.getByRole("button", { name: "Make the key" }).click();
    const shown = page.getByRole("status").filter({ hasText: "is made" });
    const made = await textOf(shown.locator("code"));
    expect(made).toMatch(/^lepta_/);
    await shown.getByRole("button", { name: "I have it" }).click();
    expect(await page.content()).not.toContain(made);
    await page.getByRole("button", { name: "Revoke checkout", exact: true }).click();
    await page.getByRole("button", { name: "Revoke checkout now" }).click();
    await expect.poll(() => textOf(page.getByRole("row", { name: /checkout/ }))).toContain("revoked");
    await expect(createApiClient({ url: server.url, key: made }).products()).rejects.toThrow(/revoked/);
  });

  it("keeps within a narrow page, in the dark, by keyboard", async () => {
    await page.setViewportSize({ width: 420, height: 800 });
    await page.emulateMedia({ colorScheme: "dark" });
    for (const path of ["/", "/products/credit", "/products/credit/versions", "/runs", `/runs/${firstRun}`, "/usage"]) {
      await page.goto(server.url + path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.getByRole("main").getByRole("link").first().waitFor();
      const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(excess, path).toBeLessThanOrEqual(0);
    }
    // Rows are compact: two or three lines each.
    await page.goto(`${server.url}/predictions`);
    const rows = page.getByRole("table", { name: "Predictions" }).getByRole("row");
    await rows.nth(5).waitFor();
    expect((await rows.nth(5).boundingBox())?.height).toBeLessThan(90);
    expect(await page.evaluate(() => getComputedStyle(document.body).colorScheme)).toBe("dark");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to the content");
  });

  it("leads a store without products from a file to the first prediction", async () => {
    const empty = store.tenant((await createOrganisation(store, { name: "new" })).id);
    const { secret: key } = await createKey(empty, { name: "console", scopes: ["read", "admin"] });
    await page.goto("about:blank");
    await page.goto(`${server.url}/#key=${key}`);
    const first = page.getByRole("region", { name: "First use" });
    await expect.poll(() => textOf(first)).toMatch(/npx lepta init[\s\S]*npx lepta ship product\.ts[\s\S]*predictions/);
    await first.getByRole("link", { name: "Keys" }).waitFor();
    await page.goto("about:blank");
    await page.goto(`${server.url}/#key=${secret}`);
    await heading("Products");
  });

  it("shows a problem where there is nothing, and the form again after signing out", async () => {
    await page.goto(`${server.url}/products/nowhere`);
    const alert = page.getByRole("alert").first();
    await alert.waitFor();
    await expect.poll(() => textOf(alert)).toContain("product-not-found");
    expect(complaints.splice(0).every((complaint) => complaint.includes("404"))).toBe(true);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("API key").waitFor();
    expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain(secret);
  });
});

/** Asks for predictions over HTTP, and tells every true label. */
async function usePredictions({ heldOut }: ShippedCredit): Promise<void> {
  const client = createApiClient({ url: server.url, key: secret });
  const applicants = heldOut.slice(0, predictions);
  const asked = applicants.map(({ row }, i) => ({ row, subject: `applicant ${i}` }));
  const answers = await client.predictMany("credit", asked);
  await client.feedbackMany(
    "credit",
    answers.map(({ id }, i) => ({ prediction: id, label: applicants[i]?.label as string })),
  );
}

async function textOf(locator: Locator): Promise<string> {
  await locator.waitFor();
  return (await locator.allInnerTexts()).join("\n");
}

async function heading(name: string): Promise<void> {
  await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
}

/** The first plot's pixels in short: changes when what is drawn changes. */
async function inked(): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.querySelector("figure canvas") as HTMLCanvasElement;
    const { data } = (canvas.getContext("2d") as CanvasRenderingContext2D).getImageData(
      0,
      0,
      canvas.width,
      canvas.height,
    );
    return data.reduce((sum, value, i) => (sum * 31 + value * (i % 251)) % 1_000_000_007, 0);
  });
}
