// Gradient conformance of loops.
import { apply } from "../../src/graph/apply.ts";
import * as t from "../../src/index.ts";
import type { GradientCase } from "../finite-differences.ts";
import { one, two } from "./forms.ts";

export const loopCases: readonly GradientCase[] = [
  // A cell whose weight comes from outside, with both kinds of results.
  ...[false, true].map(
    (reverse): GradientCase => ({
      op: "Scan",
      shapes: [
        [2, 3],
        [4, 2, 3],
        [3, 3],
      ],
      build: (initial, xs, weight) => {
        const found = t.scan(
          [initial!],
          [xs!],
          ([h], [x]) => {
            const next = t.tanh(t.add(t.matMul(h!, weight!), x!));
            return { states: [next], outputs: [t.mul(next, x!)] };
          },
          { reverse },
        );
        return t.concat([t.unsqueeze(found.states[0]!, 0), found.outputs[0]!, found.history[0]!], 0);
      },
    }),
  ),
  // Nothing stacks the states: the rule runs the loop again.
  {
    op: "Scan",
    shapes: [[2], [3, 2]],
    build: two((initial, xs) => {
      const [h, x] = [t.input("h", "float64", [2]), t.input("x", "float64", [2])];
      const body = t.buildGraph({ next: t.mul(t.sigmoid(h), x) }, { inputs: [h, x] });
      return apply("Scan", [initial, xs], { body, num_scan_inputs: 1 });
    }),
  },
  // A loop inside a loop, and one without states.
  {
    op: "Scan",
    shapes: [[2], [3, 2, 2]],
    build: two((initial, xs) => {
      const inner = (h: t.Tensor, x: t.Tensor) =>
        t.scan([h], [x], ([state], [y]) => ({ states: [t.tanh(t.add(state!, t.mul(y!, h)))] })).states[0]!;
      return t.scan([initial], [xs], ([h], [x]) => ({ states: [inner(h!, x!)] })).history[0]!;
    }),
  },
  {
    op: "Scan",
    shapes: [[3, 2]],
    build: one((xs) => t.scan([], [xs], (_, [x]) => ({ states: [], outputs: [t.exp(x!)] })).outputs[0]!),
  },
];
