// One test run for the whole workspace; sources are used as they are, nothing is built first.
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["lepta-source"] },
  ssr: { resolve: { conditions: ["lepta-source"], externalConditions: ["lepta-source"] } },
  test: {
    include: ["packages/*/src/**/*.test.{ts,tsx}", "tests/**/*.test.ts", "bench/**/*.test.ts", "scripts/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
    execArgv: ["--conditions=lepta-source"],
    typecheck: { enabled: false },
  },
});
