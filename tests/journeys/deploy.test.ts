// From a table to a server that runs: init, ship to it, deploy, promote, roll back, keys; every step through its API.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Deployment, Key } from "@lepta/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { remove, root, runCli, runJson, temporaryDirectory } from "./cli.ts";
import { type RunningServer, startServer } from "./server.ts";

let directory = "";
let server: RunningServer;
beforeAll(async () => {
  directory = temporaryDirectory();
  const rows = Array.from({ length: 240 }, (_, i) => {
    const [hours, plan] = [(i * 53) % 97, ["basic", "team"][i % 2]];
    return `u-${i + 1},${hours},${plan},${hours + (i % 3) * 20 < 60 ? "left" : "stayed"}`;
  });
  writeFileSync(join(directory, "members.csv"), ["member,hours,plan,outcome", ...rows, ""].join("\n"));
  server = await startServer(join(directory, "elsewhere"));
});
afterAll(async () => {
  await server.stop();
  remove(directory);
});

const shares = ({ variants }: Deployment): string[] =>
  variants.map(({ role, weight, model }) => `${role} v${model.version} ${weight}`);

test("init, ship to a server, deploy, promote, rollback, keys", { timeout: 300_000 }, async () => {
  const here = { cwd: directory, environment: { LEPTA_URL: server.url, LEPTA_API_KEY: server.key } };
  const found = await runJson<{ target: { name: string }; leftOut: { name: string }[]; name: string }>(["init"], here);
  expect(found).toMatchObject({ name: "members", target: { name: "outcome" } });
  const file = join(directory, "product.ts");
  const source = readFileSync(file, "utf8");
  expect(source).toContain('hours: "number"');
  expect((await runCli(["init"], here)).stderr).toContain("code: output-exists");
  // Here the workspace's sources stand for the installed package.
  writeFileSync(
    file,
    source.replace('from "lepta"', `from ${JSON.stringify(join(root, "packages/lepta/src/index.ts"))}`),
  );

  const shipped = await runJson<{ url: string; run: string }>(["ship", "product.ts"], here);
  expect(shipped.url).toBe(server.url);
  expect((await server.client.run(shipped.run)).status).toBe("done");
  const first = await runJson<Deployment>(["deploy", "members"], here);
  expect(shares(first)).toEqual(["champion v1 0.8", "challenger v2 0.2"]);

  expect(shares(await runJson<Deployment>(["promote", "members"], here))).toEqual(["champion v2 1"]);
  expect(shares(await runJson<Deployment>(["rollback", "members"], here))).toEqual(shares(first));
  const challenger = ["deploy", "members", "--model-version", "2", "--traffic", "0.5"];
  expect(shares(await runJson<Deployment>(challenger, here))).toEqual(["champion v1 0.5", "challenger v2 0.5"]);

  const key = await runJson<Key & { secret: string }>(["keys", "create", "shop", "--scope", "predict"], here);
  const refused = await runCli(["promote", "members"], {
    ...here,
    environment: { LEPTA_URL: server.url, LEPTA_API_KEY: key.secret },
  });
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("code: missing-scope");
  await runJson(["keys", "revoke", key.id], here);
  expect((await runJson<Key[]>(["keys"], here)).find(({ id }) => id === key.id)?.revokedAt).not.toBeNull();
  const without = await runCli(["keys"], { cwd: directory, environment: { LEPTA_URL: server.url } });
  expect(without.stderr).toContain("code: credentials-missing");
});
