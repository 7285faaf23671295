// Bounds of a graph that is read from a file: on what reading it takes, and on what a runtime makes of it at its start.
import { NnError } from "../errors.ts";
import type { Node, Tensor } from "../graph/node.ts";
import { knownIntegers } from "../graph/shape-value.ts";
import type { Shape } from "../shape.ts";
import { formatShape, isStatic, sizeOf, staticShape } from "../shape.ts";
import { mostAxes } from "./tensor-proto.ts";

/** Networks of hundreds of layers have some thousands of nodes. */
const mostNodes = 2 ** 17;
/** Elements of one value: runtimes count some of them in 32 bits. */
const mostElements = 2 ** 31 - 1;
/**
 * Elements of all values that follow from constants alone, which a runtime calculates while it opens the model, beside
 * eight times those of the constants themselves.
 */
const mostFolded = 2 ** 26;
/** Characters of a calculated size's name, such as "floor((H-1)/2)+1". */
const longestName = 2000;

export interface GraphBudget {
  /** Notes one node more. */
  node(): void;
  /** Notes an input or a constant, and gives it back. */
  leaf(tensor: Tensor): Tensor;
  /** Notes what a node made of its inputs. */
  results(inputs: readonly (Tensor | undefined)[], outputs: readonly Tensor[]): void;
}

/** Counts what stands in one file; each of its functions throws `model-too-large` where it is. */
export function graphBudget(): GraphBudget {
  let nodes = 0;
  let stored = 0;
  let folded = 0;
  const fixed = new WeakSet<Node>();
  // Sizes of inputs are constants too, where they are known.
  const isFixed = (tensor: Tensor | undefined): boolean =>
    tensor === undefined || fixed.has(tensor.node) || knownIntegers(tensor) !== undefined;
  return {
    node() {
      if (++nodes > mostNodes) throw tooMuch(`has more than ${mostNodes} nodes`);
    },
    leaf(tensor) {
      checkShape(tensor.shape);
      if (tensor.node.op === "Constant") {
        fixed.add(tensor.node);
        stored += sizeOf(staticShape(tensor.shape));
      }
      return tensor;
    },
    results(inputs, outputs) {
      for (const { shape } of outputs) checkShape(shape);
      if (!inputs.every(isFixed)) return;
      for (const { node, shape } of outputs) {
        fixed.add(node);
        if (isStatic(shape)) folded += sizeOf(shape);
      }
      if (folded > mostFolded + 8 * stored)
        throw tooMuch(`makes ${folded} elements out of constants that have ${stored}`);
    },
  };
}

function checkShape(shape: Shape): void {
  if (shape.length > mostAxes) throw tooMuch(`has a value of ${shape.length} axes; at most ${mostAxes} are read`);
  const name = shape.find((dim) => typeof dim === "string" && dim.length > longestName);
  if (name !== undefined) throw tooMuch(`has a size that is calculated in more than ${longestName} characters`);
  // Sizes by name are at least 1 where a value has elements at all.
  const known = shape.filter((dim) => typeof dim === "number");
  if (sizeOf(known) > mostElements)
    throw tooMuch(`has a value of shape ${formatShape(shape).slice(0, 200)}, which is too large`);
}

function tooMuch(what: string): NnError {
  return new NnError(
    "model-too-large",
    `The model ${what}.`,
    "Use a model file that this package or an ONNX exporter wrote; split one that is as large.",
  );
}
