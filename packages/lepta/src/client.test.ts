// `lepta/client` is light: nothing that it loads is native, a Node module, or of another package than zod; a Date travels
// as ISO 8601.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { createClient } from "./client.ts";
import { defineProduct } from "./product/define.ts";
import { table } from "./product/table.ts";
import { tabular } from "./product/tabular.ts";

test("bundles for a browser, with zod alone", async () => {
  const { metafile, outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("./client.ts", import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "browser",
    conditions: ["lepta-source"],
    logLevel: "error",
  });
  const strangers = Object.keys(metafile.inputs).filter(
    (path) => !/(^|\/)packages\/api\/src\/|(^|\/)node_modules\/zod\/|client\.ts$/.test(path),
  );
  expect(strangers).toEqual([]);
  // Bytes; a page that asks shall not load more than it shows.
  expect(outputFiles[0]?.contents.length).toBeLessThan(400_000);
});

test("a Date in a row is sent as its instant", async () => {
  const rent = defineProduct({
    name: "rent",
    data: table("rent.csv", { target: "rent", columns: { built: "timestamp" } }),
    task: tabular.regressor(),
  });
  const bodies: string[] = [];
  const client = createClient<typeof rent>({
    url: "http://127.0.0.1:1",
    fetch: async (_, init) => {
      bodies.push(String(init?.body));
      return new Response("{}", { status: 500 });
    },
  });
  await expect(client.predict("rent", { built: new Date("1998-05-01T12:00:00+02:00") })).rejects.toThrow();
  expect(JSON.parse(bodies[0] ?? "")).toEqual({ row: { built: "1998-05-01T10:00:00.000Z" } });
});
