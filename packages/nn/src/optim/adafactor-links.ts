// The links of Adafactor (Shazeer and Stern 2018), as torch.optim.Adafactor writes them.
import type { TensorData } from "../dtype.ts";
import type { Tensor } from "../graph/node.ts";
import { add, div, max, mul, sqrt } from "../tensor/elementwise.ts";
import { matMul } from "../tensor/matrices.ts";
import { reduceMean } from "../tensor/reductions.ts";
import type { Schedule } from "./schedules.ts";
import { rateAt } from "./schedules.ts";
import type { Transform, TransformInput } from "./transform.ts";
import { stateless } from "./transform.ts";

/** The factors' shapes: means of squares along the last axis and along the one before; a vector keeps its own. */
function factorShapes(shape: readonly number[]): readonly (readonly number[])[] {
  if (shape.length < 2) return [shape];
  return [
    [...shape.slice(0, -1), 1],
    [...shape.slice(0, -2), 1, ...shape.slice(-1)],
  ];
}

const zeros = (shape: readonly number[]): TensorData => ({
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
  shape,
});

const meanSquare = (x: Tensor): Tensor => reduceMean(mul(x, x));

/**
 * The gradient over the root of its mean square, which for matrices (the last two axes) is the product of one
 * factor a row and one a column: n + m numbers of state in place of n m. The means' weight of the past is
 * 1 - (step + 1)^decay. Each parameter's update is then scaled down to a root mean square of at most `clip`.
 */
export function scaleByFactoredRms(options: {
  readonly decay: number;
  readonly epsilon: number;
  readonly clip: number;
}): Transform {
  const { decay, epsilon, clip } = options;
  return Object.freeze({
    name: "scaleByFactoredRms",
    // Rows and columns are those of each parameter.
    joinable: false,
    init: (parameters) => parameters.flatMap(({ shape }) => factorShapes(shape).map(zeros)),
    scalars(step) {
      const fresh = (step + 1) ** decay;
      return [fresh, 1 - fresh];
    },
    update({ updates, state, scalars }: TransformInput) {
      const [fresh, kept] = scalars as readonly [Tensor, Tensor];
      const follow = (mean: Tensor, value: Tensor): Tensor => add(mul(mean, kept), mul(value, fresh));
      const next: Tensor[] = [];
      const scaled = updates.map((g) => {
        const rank = g.shape.length;
        const squares = mul(g, g);
        let estimate: Tensor;
        if (rank < 2) {
          estimate = follow(state[next.length] as Tensor, squares);
          next.push(estimate);
        } else {
          const rows = follow(state[next.length] as Tensor, reduceMean(squares, -1, { keepDims: true }));
          const columns = follow(state[next.length + 1] as Tensor, reduceMean(squares, -2, { keepDims: true }));
          next.push(rows, columns);
          estimate = div(matMul(rows, columns), max(reduceMean(rows, -2, { keepDims: true }), epsilon));
        }
        const update = div(g, sqrt(max(estimate, epsilon * epsilon)));
        return div(update, max(div(sqrt(meanSquare(update)), clip), 1));
      });
      return { updates: scaled, state: next };
    },
  } satisfies Transform);
}

/** Scales each update by its parameter's root mean square, at least `least`. */
export function scaleByParameterRms(least: number): Transform {
  const link = stateless("scaleByParameterRms", (update, parameter) =>
    mul(update, max(sqrt(meanSquare(parameter)), least)),
  );
  return Object.freeze({ ...link, joinable: false });
}

/** Subtracts lr times `rate` times the parameter: weight decay in a chain whose steps do not go by the learning rate. */
export function subtractDecayedWeights(rate: number, lr: Schedule): Transform {
  return stateless(
    "subtractDecayedWeights",
    (update, parameter, [scale]) => add(update, mul(parameter, scale as Tensor)),
    (step, progress) => [-rate * rateAt(lr, step, progress)],
  );
}
