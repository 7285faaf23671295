// The contract before tools that are not ours: two validators of OpenAPI, schemathesis, NVIDIA's inference client.
// Python's are used where LEPTA_TEST_PYTHON has them: pip install "tritonclient[http]" openapi-spec-validator schemathesis
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import SwaggerParser from "@apidevtools/swagger-parser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CreditServer, startCreditServer } from "../../testing/credit-server.ts";
import { openPgliteTestStore, type TestStore } from "../../testing/stores.ts";
import { createRun, finishRun } from "../registry/runs.ts";

const python = process.env.LEPTA_TEST_PYTHON;
const run = promisify(execFile);

/** A test that needs a module of Python: skipped by name where it is not there. */
function withModule(module: string): [(name: string) => string, typeof test | typeof test.skip] {
  if (python === undefined) return [(name) => `${name} (LEPTA_TEST_PYTHON is not set)`, test.skip];
  try {
    execFileSync(python, ["-c", `import ${module}`], { stdio: "ignore" });
    return [(name) => name, test];
  } catch {
    return [(name) => `${name} (LEPTA_TEST_PYTHON has no ${module})`, test.skip];
  }
}

let opened: TestStore;
let server: CreditServer;
let folder: string;
let document: Record<string, unknown>;
beforeAll(async () => {
  opened = await openPgliteTestStore();
  // Tools try wrong keys by the hundred.
  server = await startCreditServer(opened, { limits: { refusedKeys: { requests: 100_000, seconds: 1 } } });
  folder = mkdtempSync(join(tmpdir(), "lepta-contract-"));
  document = (await (await fetch(`${server.url}/openapi.json`)).json()) as Record<string, unknown>;
  writeFileSync(join(folder, "openapi.json"), JSON.stringify(document));
});
afterAll(async () => {
  await server?.close();
  await opened?.remove();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

test("no schema names itself, and swagger-parser accepts the document", async () => {
  const { schemas } = document.components as { schemas: Record<string, { $ref?: string }> };
  const selfish = Object.entries(schemas).filter(([name, { $ref }]) => $ref === `#/components/schemas/${name}`);
  expect(selfish).toEqual([]);
  await SwaggerParser.validate(structuredClone(document) as never);
});

const [validatorName, validatorTest] = withModule("openapi_spec_validator");
validatorTest(validatorName("openapi-spec-validator accepts the document"), async () => {
  const check = "import json, sys, openapi_spec_validator as v; v.validate(json.load(open(sys.argv[1])))";
  await run(python as string, ["-c", check, join(folder, "openapi.json")]);
});

const [clientName, clientTest] = withModule("tritonclient.http");
clientTest(clientName("NVIDIA's client asks with its defaults, in JSON, compressed, in every type"), async () => {
  const script = fileURLToPath(new URL("../../testing/triton_client.py", import.meta.url));
  const asked = run(python as string, [script, new URL(server.url).host, server.key]);
  asked.child.stdin?.end(JSON.stringify({ ...server.rows[0], age: 40 }));
  const said = JSON.parse((await asked).stdout) as Record<string, unknown> & { types: Record<string, number[][]> };
  const [[first, second]] = said.defaults as [[number, number]];
  expect(first + second).toBeCloseTo(1, 6);
  const same = [
    [first, second],
    [first, second],
  ].map((pair) => pair.map((one) => expect.closeTo(one, 9)));
  expect(said).toMatchObject({
    live: true,
    ready: true,
    model: true,
    index: [{ name: "credit", version: "1", state: "READY" }],
    configuration: 1000,
    defaults: same,
    json: same,
    version: same,
    compressed: [same, same],
    repeated: [true],
    refused: [
      "extension-unsupported",
      "extension-unsupported",
      "extension-unsupported",
      "invalid-request",
      "missing-key",
    ],
  });
  expect(Object.values(said.types)).toEqual(Object.values(said.types).map(() => same));
});

const [fuzzName, fuzzTest] = withModule("schemathesis");
fuzzTest(
  fuzzName("schemathesis finds no failure"),
  async () => {
    const finished = await createRun(server.tenant, { product: "credit" });
    await finishRun(server.tenant, finished, "done");
    // What a row holds, which labels there are, which day it is, whether weights sum to 1 and a bundle's files are one
    // model, no document says: 422 is right for them.
    const taken = `positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409, 422, 429]`;
    const depends = ["predict", "feedback", "infer", "inferVersion", "sendUsage", "deploy", "registerVersion"].map(
      (name) => `[[operations]]\ninclude-operation-id = "${name}"\n[operations.checks]\n${taken}\n`,
    );
    const known = `[parameters]\n"path.product" = "credit"\n"path.model" = "credit"\n"path.version" = "1"\n`;
    // The product that is given stands in for wrong ones, too: the request is then right.
    const given = ["versionFiles", "versionFile"].map(
      (name) =>
        `[[operations]]\ninclude-operation-id = "${name}"\n[operations.checks]\nnegative_data_rejection.enabled = false\n`,
    );
    writeFileSync(join(folder, "schemathesis.toml"), known + [...depends, ...given].join(""));
    const { secret } = await server.makeKey(["predict", "feedback", "read", "admin"]);
    const options = ["--max-examples", "5", "--generation-deterministic", "--phases", "examples,coverage,fuzzing"];
    // The events of a run that was begun are a stream that goes on: short patience ends it.
    const found = await run(
      python as string,
      [
        ...["-m", "schemathesis.cli", "--config-file", join(folder, "schemathesis.toml"), "run"],
        ...[join(folder, "openapi.json"), "--url", server.url, "-H", `Authorization: Bearer ${secret}`],
        ...[...options, "--request-timeout", "3", "--no-color"],
      ],
      { cwd: folder, maxBuffer: 2 ** 26 },
    ).catch((error: { stdout?: string; stderr?: string }) => {
      throw new Error(`${error.stdout}${error.stderr}`);
    });
    expect(found.stdout).toMatch(/[0-9]{3,} passed/);
  },
  300_000,
);
