// How drizzle-kit makes migrations: `npm run migrations -w @lepta/server -- --name what_changed`.
import { defineConfig } from "drizzle-kit";

export default defineConfig({ dialect: "postgresql", schema: "./src/db/schema.ts", out: "./migrations" });
