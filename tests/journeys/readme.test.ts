// The documents' product files load, their clients compile and their links of names hold: what is shown is what works.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadProduct } from "../../packages/lepta/src/product/load.ts";
import { remove, root } from "./cli.ts";

const documents = ["README.md", "packages/lepta/README.md", "docs/guide/from-a-table-to-an-invoice.md"];
// Inside the workspace, so that the snippets' import of lepta resolves.
const place = join(root, "examples", `.readme-${process.pid}`);

beforeAll(() => mkdirSync(place, { recursive: true }));
afterAll(() => remove(place));

function snippets(document: string): string[] {
  const text = readFileSync(join(root, document), "utf8");
  return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1] as string);
}

/** Writes a document's snippets: its product as product.ts, the others beside it. */
function write(document: string): { product: string; others: string[] } {
  const directory = join(place, document.replaceAll("/", "-"));
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "package.json"), '{ "type": "module" }');
  const others: string[] = [];
  let product = "";
  for (const [i, snippet] of snippets(document).entries()) {
    const isProduct = snippet.includes("export default defineProduct");
    const path = join(directory, isProduct ? "product.ts" : `snippet-${i}.ts`);
    // A reader's file lies in the repository's root.
    writeFileSync(path, snippet.replaceAll('"./examples/', '"../../'));
    if (isProduct) product = path;
    else others.push(path);
  }
  return { product, others };
}

describe.each(documents)("%s", (document) => {
  test("its product file loads", async () => {
    const { product } = await loadProduct(write(document).product);
    expect(product).toMatchObject({ kind: "lepta-product", name: "credit" });
  });

  test("its snippets compile under the workspace's settings", () => {
    const { product, others } = write(document);
    const base = ts.readConfigFile(join(root, "tsconfig.base.json"), ts.sys.readFile).config as object;
    const { options } = ts.parseJsonConfigFileContent(base, ts.sys, root);
    const program = ts.createProgram([product, ...others], {
      ...options,
      composite: false,
      incremental: false,
      declaration: false,
      declarationMap: false,
      isolatedDeclarations: false,
      noEmit: true,
      noUnusedLocals: false,
      types: ["node"],
    });
    const problems = [product, ...others].flatMap((path) => {
      const file = program.getSourceFile(path);
      return ts
        .getPreEmitDiagnostics(program, file)
        .map(({ messageText }) => `${path}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
    });
    expect(problems).toEqual([]);
  });
});
