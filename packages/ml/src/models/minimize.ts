// L-BFGS: minimises a smooth function whose value and gradient come from a graph.

export interface Evaluation {
  readonly value: number;
  readonly gradient: Float64Array;
}

export interface MinimizeOptions {
  /** Default 200. */
  readonly iterations?: number;
  /** Stop where the largest element of the gradient is at most this. Default 1e-6. */
  readonly tolerance?: number;
  /** Steps that the curvature is estimated from. Default 10. */
  readonly memory?: number;
  readonly onIteration?: (iteration: number, value: number, point: Float64Array) => void | Promise<void>;
}

/**
 * Limited-memory BFGS (Nocedal and Wright, algorithm 7.5) with a backtracking line search on the Armijo condition;
 * a step that shows no positive curvature is not remembered. Returns the last point.
 * Stops early at a value that is not finite: the caller sees it in `value`.
 */
export async function minimize(
  evaluate: (point: Float64Array) => Promise<Evaluation>,
  start: Float64Array,
  options: MinimizeOptions = {},
): Promise<{ point: Float64Array; value: number }> {
  const { iterations = 200, tolerance = 1e-6, memory = 10, onIteration } = options;
  const steps: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  let point = start;
  let { value, gradient } = await evaluate(point);
  for (let iteration = 1; iteration <= iterations && largest(gradient) > tolerance; iteration++) {
    const direction = descent(gradient, steps);
    const slope = dot(direction, gradient);
    let rate = steps.length === 0 ? 1 / Math.max(1, Math.sqrt(dot(gradient, gradient))) : 1;
    let next = moved(point, direction, rate);
    let result = await evaluate(next);
    for (let tries = 0; !(result.value <= value + 1e-4 * rate * slope) && tries < 30; tries++) {
      rate /= 2;
      next = moved(point, direction, rate);
      result = await evaluate(next);
    }
    // No step along the direction lowers the value: the precision of the numbers is used up.
    if (!(result.value < value)) break;
    const s = moved(next, point, -1);
    const y = moved(result.gradient, gradient, -1);
    const curvature = dot(s, y);
    if (curvature > 1e-12 * dot(y, y)) steps.push({ s, y, rho: 1 / curvature });
    if (steps.length > memory) steps.shift();
    point = next;
    value = result.value;
    gradient = result.gradient;
    await onIteration?.(iteration, value, point);
  }
  return { point, value };
}

/** Minus the inverse Hessian's estimate times the gradient (the two-loop recursion). */
function descent(
  gradient: Float64Array,
  steps: readonly { s: Float64Array; y: Float64Array; rho: number }[],
): Float64Array {
  const q = gradient.map((value) => -value);
  const alphas: number[] = [];
  for (const { s, y, rho } of steps.toReversed()) {
    const alpha = rho * dot(s, q);
    alphas.push(alpha);
    for (let i = 0; i < q.length; i++) q[i]! -= alpha * y[i]!;
  }
  const last = steps.at(-1);
  const scale = last === undefined ? 1 : 1 / (last.rho * dot(last.y, last.y));
  for (let i = 0; i < q.length; i++) q[i]! *= scale;
  for (const { s, y, rho } of steps) {
    const beta = alphas.pop()! - rho * dot(y, q);
    for (let i = 0; i < q.length; i++) q[i]! += beta * s[i]!;
  }
  return q;
}

function moved(from: Float64Array, direction: Float64Array, rate: number): Float64Array {
  return from.map((value, i) => value + rate * direction[i]!);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) if (Math.abs(value) > most || Number.isNaN(value)) most = Math.abs(value);
  return Number.isNaN(most) ? Number.POSITIVE_INFINITY : most;
}
