// The OpenAPI document: every route is in it, every reference resolves, every code has a page.
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { apiErrors } from "./errors.ts";
import { openApiDocument } from "./openapi.ts";
import type { Route } from "./route.ts";
import { routes } from "./routes.ts";

const document = openApiDocument({ version: "0.0.0" }) as {
  paths: Record<string, Record<string, { operationId: string; parameters: { name: string; in: string }[] }>>;
  components: { schemas: Record<string, unknown> };
};

test("every route is there with its path parameters", () => {
  for (const [name, route] of Object.entries<Route>(routes)) {
    const operation = document.paths[route.path]?.[route.method.toLowerCase()];
    expect(operation?.operationId).toBe(name);
    const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]);
    expect(operation?.parameters.filter((p) => p.in === "path").map((p) => p.name)).toEqual(inPath);
    expect(Object.keys(route.params?.shape ?? {})).toEqual(inPath);
  }
});

test("every reference resolves inside the document", () => {
  const text = JSON.stringify(document);
  const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map((m) => m[1] ?? "");
  expect(references.length).toBeGreaterThan(20);
  for (const reference of references) {
    expect(reference).toMatch(/^#\/components\/schemas\//);
    expect(document.components.schemas).toHaveProperty(reference.replace("#/components/schemas/", ""));
  }
});

test("every code has its page", () => {
  for (const code of Object.keys(apiErrors)) {
    const page = new URL(`../../../docs/errors/${code}.md`, import.meta.url);
    expect(existsSync(page), `docs/errors/${code}.md`).toBe(true);
    expect(readFileSync(page, "utf8").split("\n")[0]).toBe(`# ${code}`);
  }
});

test("no file of the package needs Node", () => {
  const list = readFileSync(new URL("./index.ts", import.meta.url), "utf8");
  for (const [, file] of list.matchAll(/from "(\.\/[\w-]+\.ts)"/g)) {
    expect(readFileSync(new URL(file ?? "", import.meta.url), "utf8")).not.toMatch(/["']node:|\bBuffer\b|\bprocess\./);
  }
});
