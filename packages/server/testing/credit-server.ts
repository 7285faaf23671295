// A running server with the credit product: one organisation, real bundle, key of every scope.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Deployment, Scope } from "@lepta/api";
import { createKey } from "../src/accounts/keys.ts";
import { createOrganisation } from "../src/accounts/organisations.ts";
import type { Tenant } from "../src/db/tenant.ts";
import { deploy } from "../src/experiments/deployment.ts";
import { type ServerOptions, startServer } from "../src/main/start-server.ts";
import { formOf } from "../src/outcomes/index.ts";
import { registerProduct } from "../src/registry/products.ts";
import { registerVersion } from "../src/registry/versions.ts";
import { checkAnswer } from "./check-answer.ts";
import { type CreditBundle, creditBundle, creditCosts } from "./credit-bundle.ts";
import type { TestStore } from "./stores.ts";

export interface CreditServer {
  url: string;
  /** Has every scope. */
  key: string;
  tenant: Tenant;
  deployment: Deployment;
  rows: CreditBundle["rows"];
  makeKey(scopes: Scope[]): Promise<{ id: string; secret: string }>;
  /** Sends JSON with the key; `body` given: POST. The answer is held to its route's schema. */
  send(path: string, body?: unknown, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

let trained: Promise<CreditBundle> | undefined;
/** Trained once a test process. */
function bundle(): Promise<CreditBundle> {
  const dir = mkdtempSync(join(tmpdir(), "lepta-bundle-"));
  process.once("exit", () => rmSync(dir, { recursive: true, force: true }));
  trained ??= creditBundle(join(dir, "credit"));
  return trained;
}

const allScopes: Scope[] = ["predict", "feedback", "read", "admin"];

/** Two versions of one model would register as one: the second is the deployment's challenger in name only. */
export async function startCreditServer({ store }: TestStore, options: ServerOptions = {}): Promise<CreditServer> {
  const { info, rows } = await bundle();
  const organisation = await createOrganisation(store, { name: `organisation ${Math.random()}` });
  const tenant = store.tenant(organisation.id);
  const { task, target, outcome, inputs } = info.manifest;
  await registerProduct(tenant, {
    name: "credit",
    task,
    target,
    outcome: formOf(outcome),
    inputs: inputs.map(({ name, type }) => ({ name, type })),
  });
  const { version } = await registerVersion(store, tenant, {
    product: "credit",
    name: "baseline",
    bundleDir: info.dir,
  });
  const deployment = await deploy(tenant, {
    product: "credit",
    costs: creditCosts,
    variants: [
      { version, weight: 0.5, role: "champion" },
      { version, weight: 0.5, role: "challenger" },
    ],
  });
  const makeKey = (scopes: Scope[]) => createKey(tenant, { name: scopes.join(" "), scopes });
  const { secret: key } = await makeKey(allScopes);
  const server = await startServer(store, { port: 0, ...options });
  return {
    url: server.url,
    key,
    tenant,
    deployment,
    rows,
    makeKey,
    send: async (path, body, init = {}) => {
      const response = await fetch(server.url + path, {
        ...init,
        method: init.method ?? (body === undefined ? "GET" : "POST"),
        headers: { "content-type": "application/json", authorization: `Bearer ${key}`, ...init.headers },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      await checkAnswer(init.method ?? (body === undefined ? "GET" : "POST"), path, response);
      return response;
    },
    close: () => server.close(),
  };
}
