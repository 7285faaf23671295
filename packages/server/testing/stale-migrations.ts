// Whether the checked-in migrations make the schema that the sources say.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as schema from "../src/db/schema.ts";

// drizzle-kit's programming interface is CommonJS; loaded as a module its own require fails.
const { generateDrizzleJson, generateMigration } = createRequire(import.meta.url)(
  "drizzle-kit/api",
) as typeof import("drizzle-kit/api");

/** @returns the statements that a new migration would hold; none when the migrations are up to date. */
export async function staleMigrations(): Promise<string[]> {
  const meta = new URL("../migrations/meta/", import.meta.url);
  const journal = JSON.parse(readFileSync(new URL("_journal.json", meta), "utf8")) as { entries: { idx: number }[] };
  const newest = String(journal.entries.at(-1)?.idx ?? 0).padStart(4, "0");
  const before = JSON.parse(readFileSync(new URL(`${newest}_snapshot.json`, meta), "utf8"));
  const now = generateDrizzleJson({ ...schema }, before.id);
  return generateMigration(before, now);
}
