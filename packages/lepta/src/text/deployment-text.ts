// A deployment as people read it.
import type { Deployment } from "@lepta/api";
import { textTable } from "./text-table.ts";

export function deploymentText({ product, createdAt, variants }: Deployment): string[] {
  return [
    `${product}, in service since ${createdAt.slice(0, 16).replace("T", " ")} UTC`,
    ...textTable([
      ["variant", "model version", "subjects"],
      ...variants.map(({ name, model, weight }) => [
        name,
        `${model.name} v${model.version}`,
        `${Number((100 * weight).toFixed(2))} %`,
      ]),
    ]).map((line) => `  ${line}`),
  ];
}
