// kill -9 while an embedded store is written to: it opens again, and nothing that was acknowledged is lost.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sql } from "drizzle-orm";
import { afterEach, expect, test } from "vitest";
import { openStore } from "./store.ts";

const script = fileURLToPath(new URL("../../testing/crash-writer.ts", import.meta.url));
const rounds = 5;

let child: ChildProcess | undefined;
const dirs: string[] = [];
afterEach(() => {
  child?.kill("SIGKILL");
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

/** Starts the writer; resolves when it said `until`. What it says is added to `said`. */
function startWriter(dir: string, said: string[], until: string): Promise<ChildProcess> {
  const started = spawn(
    process.execPath,
    ["--import", "tsx", "--conditions=lepta-source", script, dir, join(dir, "bundle")],
    {
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  child = started;
  let rest = "";
  let errors = "";
  return new Promise((resolve, reject) => {
    started.stderr?.on("data", (chunk) => {
      errors += chunk;
    });
    started.stdout?.on("data", (chunk) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      said.push(...lines);
      if (lines.some((line) => line.startsWith(until))) resolve(started);
    });
    started.on("exit", (code) => reject(new Error(`the writer ended by itself (${code}): ${errors}`)));
  });
}

async function killNow(process: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => process.once("exit", resolve));
  process.kill("SIGKILL");
  await gone;
}

test("a store survives kill -9 in the middle of writes, again and again", async () => {
  const dir = mkdtempSync(join(tmpdir(), "lepta-crash-"));
  dirs.push(dir);
  const said: string[] = [];
  for (let round = 0; round < rounds; round++) {
    // Before the first prediction as well as after many.
    const writer = await startWriter(dir, said, round === 0 ? "run" : "prediction");
    await new Promise((resolve) => setTimeout(resolve, 37 + 211 * round));
    await killNow(writer);

    const store = await openStore({ dir });
    const query = async <T extends Record<string, unknown>>(text: ReturnType<typeof sql>) =>
      (await store.owner.sql.execute<T>(text)).rows;
    const acknowledged = (kind: string) =>
      said.filter((line) => line.startsWith(`${kind} `)).map((line) => line.split(" ")[1] ?? "");

    const stored = new Set((await query<{ id: string }>(sql`select id from lepta.predictions`)).map((r) => r.id));
    expect(acknowledged("prediction").filter((id) => !stored.has(id))).toEqual([]);
    const versions = new Set((await query<{ id: string }>(sql`select id from lepta.model_versions`)).map((r) => r.id));
    expect(acknowledged("version").filter((id) => !versions.has(id))).toEqual([]);
    // A prediction and its usage event are there together or not at all.
    const [lonely] = await query<{ n: number }>(sql`
        select count(*)::int as n from lepta.predictions p full join lepta.usage_events u on u.id = p.id::text
        where p.id is null or u.id is null`);
    expect(lonely).toEqual({ n: 0 });
    const runs = await query<{ id: string; status: string; stages: string[] }>(sql`
        select r.id, r.status, array_agg(s.status order by s.position) as stages
        from lepta.runs r left join lepta.run_stages s on s.run_id = r.id group by 1, 2`);
    for (const id of acknowledged("run")) expect(runs.find((run) => run.id === id)?.status).toBe("interrupted");
    for (const run of runs) expect(run.stages).not.toContain("running");
    await store.close();
  }
  expect(said.filter((line) => line.startsWith("prediction")).length).toBeGreaterThan(100);
}, 180_000);

test("a second process is refused while the first lives, and told which and where", async () => {
  const dir = mkdtempSync(join(tmpdir(), "lepta-lock-"));
  dirs.push(dir);
  const said: string[] = [];
  const writer = await startWriter(dir, said, "open");
  await expect(openStore({ dir })).rejects.toMatchObject({
    code: "store-locked",
    message: expect.stringContaining(`process ${writer.pid}`),
    fix: expect.stringContaining(String(writer.pid)),
  });
  await killNow(writer);
  await (await openStore({ dir })).close();
});
