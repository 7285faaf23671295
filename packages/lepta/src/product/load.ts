// Loads a product file, TypeScript or JavaScript, on any supported Node.
import { existsSync, statSync } from "node:fs";
import { dirname, extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { CliError } from "../errors.ts";
import type { Product } from "./define.ts";

export interface LoadedProduct {
  readonly product: Product;
  /** Absolute path of the product file. */
  readonly file: string;
  /** Folder that relative paths of the product start from. */
  readonly directory: string;
}

const extensions = new Set([".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"]);

function isProduct(value: unknown): value is Product {
  return typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === "lepta-product";
}

/** The default export; a CommonJS module has it one level deeper. */
function defaultExport(module: Record<string, unknown>): unknown {
  const outer = module.default;
  if (isProduct(outer) || typeof outer !== "object" || outer === null) return outer;
  return (outer as Record<string, unknown>).default ?? outer;
}

/** Imports with tsx registered, so that Node 20 reads TypeScript; our own modules stay shared with the product file. */
async function importModule(file: string): Promise<Record<string, unknown>> {
  const url = pathToFileURL(file).href;
  // Run from the sources, tsx is registered already.
  if (import.meta.url.endsWith(".ts")) return (await import(url)) as Record<string, unknown>;
  const [{ register: registerModules }, { register: registerRequire }] = await Promise.all([
    import("tsx/esm/api"),
    import("tsx/cjs/api"),
  ]);
  const unregisterRequire = registerRequire();
  const unregisterModules = registerModules();
  try {
    return (await import(url)) as Record<string, unknown>;
  } finally {
    await unregisterModules();
    unregisterRequire();
  }
}

function check(path: string, file: string): void {
  if (!existsSync(file)) {
    throw new CliError(
      "product-file-missing",
      `There is no product file at ${path}.`,
      "Check the path; a product file is a TypeScript file whose default export is defineProduct(…).",
    );
  }
  if (statSync(file).isDirectory()) {
    throw new CliError(
      "product-file-missing",
      `${path} is a directory, not a product file.`,
      `Name the file in it, for example ${path.replace(/\/$/, "")}/product.ts.`,
    );
  }
  if (!extensions.has(extname(file))) {
    throw new CliError(
      "product-file-failed",
      `${path} is not a TypeScript or JavaScript file.`,
      "Name a .ts, .mts, .js or .mjs file; to train from a table alone, use: lepta train --data FILE --target COLUMN.",
    );
  }
}

/** Throws `product-file-missing`, `product-file-failed` or `product-invalid`. */
export async function loadProduct(path: string): Promise<LoadedProduct> {
  const file = resolve(path);
  check(path, file);
  let module: Record<string, unknown>;
  try {
    module = await importModule(file);
  } catch (error) {
    if (error instanceof CliError || (error as { code?: unknown }).code === "product-invalid") throw error;
    throw new CliError(
      "product-file-failed",
      `${path} could not be loaded: ${error instanceof Error ? error.message : String(error)}`,
      "Correct the file; --debug shows where it failed.",
      { cause: error },
    );
  }
  const product = defaultExport(module);
  if (!isProduct(product)) {
    throw new CliError(
      "product-invalid",
      `${path} does not export a product.`,
      "Write: export default defineProduct({ … }), with defineProduct from lepta.",
    );
  }
  return { product, file, directory: dirname(file) };
}
