// The source of a product file.
import type { FoundOut } from "./find-out.ts";

const key = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

/** @param path of the table, relative to the product file */
export function productSource(found: FoundOut, path: string): string {
  const { name, columns, leftOut, target, positive, task, warnings } = found;
  const line = (text: string): string => text.replace(/\s+/g, " ");
  return [
    `// Written by lepta init from ${line(path)}. Look it through: it says what is learnt, and what clients send.`,
    'import { defineProduct, table, tabular } from "lepta";',
    "",
    "export default defineProduct({",
    `  name: ${JSON.stringify(name)},`,
    `  data: table(${JSON.stringify(path)}, {`,
    `    target: ${JSON.stringify(target.name)},`,
    ...(positive === undefined ? [] : [`    positive: ${JSON.stringify(positive.label)},`]),
    "    columns: {",
    ...columns.map((column) => `      ${key(column.name)}: ${JSON.stringify(column.type)},`),
    ...leftOut.map((column) => `      // left out: ${line(column.name)}, ${line(column.reason)}`),
    "    },",
    "  }),",
    ...warnings.map((warning) => `  // ${line(warning)}`),
    `  task: tabular.${task}(),`,
    "});",
    "",
  ].join("\n");
}
