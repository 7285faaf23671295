// Checks a bundle's model, which is untrusted, before a runtime sees it: what it takes and gives, and what a run costs.
import { type Graph, graphCost } from "@lepta/nn";
import { inputKinds } from "../inputs/index.ts";
import { outcomeEntry } from "../outcomes/index.ts";
import type { OutcomePort } from "../outcomes/outcome-entry.ts";
import type { Manifest } from "./manifest.ts";

/** Rows of the runs that are bounded: those of a server. */
export const boundedRows = 64;
/** Bytes of the largest value of such a run, of all values, and operations: some minutes at most on one core. */
const most = { largestBytes: 2 ** 30, totalBytes: 2 ** 35, operations: 2 ** 40 } as const;

export interface CheckedModel {
  /** Rows of one run at which its values stay as small as those of a run that is allowed. */
  readonly mostRows: number;
}

/** Throws Error, with what is wrong, unless `graph` takes and gives what `manifest` says and its runs are bounded. */
export function checkModel(graph: Graph, { inputs, outputs, outcome: form }: Manifest): CheckedModel {
  const described = (list: readonly string[]): string => [...list].sort().join("\n");
  const wanted = inputs.map(({ name, type }) => {
    const { dtype, shape } = inputKinds[type].port;
    return `${name} ${dtype} ${shape.join(" ")}`;
  });
  const found = graph.inputs.map(({ node, dtype, shape }) => `${node.name} ${dtype} ${shape.slice(1).join(" ")}`);
  const batched = graph.inputs.every(({ shape }) => typeof shape[0] === "string");
  if (described(wanted) !== described(found) || !batched)
    throw new Error("its inputs are not those of the manifest: one a column, [N, 1]");
  const entry = outcomeEntry(form);
  for (const role of entry.roles) {
    const { dtype, width } = entry.port(role, form);
    const output = graph.outputs.find(({ name }) => name === outputs[role]);
    if (output?.tensor.dtype !== dtype) throw new Error(`its output for ${role} is not there or not of type ${dtype}`);
    if (!fits(output.tensor.shape, width))
      throw new Error(`its output for ${role} is not ${width === "row" ? "[N]" : `[N, ${width}]`}`);
  }
  const cost = graphCost(graph, boundedRows);
  for (const [name, limit] of Object.entries(most)) {
    const own = cost[name as keyof typeof most];
    if (!(own <= limit))
      throw new Error(
        `a run of ${boundedRows} rows takes ${own.toExponential(1)} ${costNames[name as keyof typeof most]}`,
      );
  }
  return {
    mostRows: Math.max(boundedRows, Math.floor((boundedRows * most.largestBytes) / Math.max(1, cost.largestBytes))),
  };
}

/** Where a dimension is known: of one value a row, both [N] and [N, 1] are taken. */
function fits(shape: readonly (number | string)[], width: OutcomePort["width"]): boolean {
  const wide = width === "row" ? 1 : width;
  const own = shape[1] ?? 1;
  return (shape.length === 2 || (shape.length === 1 && wide === 1)) && (typeof own === "string" || own === wide);
}

const costNames: Readonly<Record<keyof typeof most, string>> = {
  largestBytes: `bytes in one value; at most ${most.largestBytes} are allowed`,
  totalBytes: `bytes in all values; at most ${most.totalBytes} are allowed`,
  operations: `operations; at most ${most.operations} are allowed`,
};
