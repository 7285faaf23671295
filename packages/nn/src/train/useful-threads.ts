// How many threads a step can use: small products take longer on several.
import { multiplyAddsOf } from "../graph/multiply-adds.ts";
import type { Graph, Node } from "../graph/node.ts";

/**
 * Multiply-adds of a product from which two threads save more time than waking the second costs. Measured: steps of
 * smaller products (LeNet at batch 4, most of an LSTM of 128 at batch 32) take 1.03 to 1.4 times as long on two threads
 * as on one; those of larger ones (LeNet at batch 32, TabM, MLP, VAE) 0.7 to 0.98 times.
 */
const worthWaking = 4_500_000;

/**
 * `atMost`, or 1 where less than three fifths of the graph's multiply-adds are in products that are worth sharing. A
 * function of the graph alone, so that equal trainings add in equal order.
 */
export function usefulThreads(graph: Graph, atMost: number): number {
  const products = sizesOf(graph.nodes);
  const sum = (sizes: readonly number[]): number => sizes.reduce((all, own) => all + own, 0);
  return sum(products.filter((own) => own >= worthWaking)) < 0.6 * sum(products) ? 1 : atMost;
}

/** The multiply-adds of each product; of a loop, those of its body's. */
function sizesOf(nodes: readonly Node[]): readonly number[] {
  return nodes.flatMap((node) => {
    if (node.op === "Scan") return sizesOf((node.attributes.body as Graph).nodes);
    const own = multiplyAddsOf(node);
    return own > 0 ? [own] : [];
  });
}
