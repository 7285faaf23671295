// `npm run migrations:check -w @lepta/server`: fails when a table changed and no migration was made.
import { staleMigrations } from "../testing/stale-migrations.ts";

const statements = await staleMigrations();
if (statements.length > 0) {
  console.error(`The migrations lack these statements; npm run migrations -w @lepta/server -- --name WHAT_CHANGED\n`);
  console.error(statements.join("\n"));
  process.exitCode = 1;
} else {
  console.log("The migrations are up to date.");
}
