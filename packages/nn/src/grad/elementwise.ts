// Gradient rules of the elementwise operators.
import { apply } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import { add, cast, div, exp, like, log, mul, neg, pow, sub, where } from "../graph/operators.ts";
import { isRadicandOfNorm, numbersOf } from "./norm.ts";
import type { Rule } from "./rule.ts";
import { unbroadcast } from "./rule.ts";

/** A rule of a one-input function from its derivative. */
function unary(derivative: (x: Tensor, y: Tensor) => Tensor): Rule {
  return ({ inputs: [x], output, gradient }) => [mul(gradient, derivative(x as Tensor, output))];
}

function binary(rule: (g: Tensor, a: Tensor, b: Tensor, y: Tensor) => readonly [Tensor, Tensor]): Rule {
  return ({ inputs, gradient, output }) => {
    const [a, b] = inputs as [Tensor, Tensor];
    const [toA, toB] = rule(gradient, a, b, output);
    return [unbroadcast(toA, a), unbroadcast(toB, b)];
  };
}

/** Min and Max: the gradient goes to the inputs that equal the result, in equal parts. */
const extremum: Rule = ({ inputs, output, gradient }) => {
  const hits = inputs.map((x) => cast(apply("Equal", [x, output]), gradient.dtype));
  const share = div(gradient, hits.reduce(add));
  return inputs.map((x, i) => unbroadcast(mul(share, hits[i] as Tensor), x));
};

/** The gradient of a root, which at 0 is 0 where the root stands for a norm. */
function ofRoot(x: Tensor, root: Tensor, gradient: Tensor): Tensor {
  const zero = like(0, gradient);
  return isRadicandOfNorm(x) ? where(apply("Equal", [root, zero]), zero, gradient) : gradient;
}

const toThePower: Rule = ({ inputs, output, gradient, wanted }) => {
  const [x, y] = inputs as [Tensor, Tensor];
  const exponent = numbersOf(y);
  const single = exponent?.length === 1 ? exponent[0] : undefined;
  if (single === 2) return [unbroadcast(mul(gradient, add(x, x)), x), undefined];
  const zero = like(0, x);
  let toX = mul(gradient, mul(y, pow(x, sub(y, like(1, y)))));
  // The slope of x⁰ is 0, at 0 too.
  if (single === undefined) toX = where(apply("Equal", [y, like(0, y)]), zero, toX);
  if (single === 0) toX = mul(zero, gradient);
  if (single !== undefined && single > 0 && single < 1) toX = ofRoot(x, output, toX);
  if (!wanted[1]) return [unbroadcast(toX, x), undefined];
  // The logarithm exists for positive bases only; elsewhere the exponent gets no gradient.
  const positive = apply("Greater", [x, zero]);
  const logarithm = where(positive, log(where(positive, x, like(1, x))), zero);
  return [unbroadcast(toX, x), unbroadcast(mul(gradient, mul(output, logarithm)), y)];
};

/** As PyTorch: x keeps its gradient at a bound, and where the bounds are crossed the result is the upper one. */
const clip: Rule = ({ inputs, gradient, wanted }) => {
  const [x, low, high] = inputs as readonly [Tensor, Tensor | undefined, Tensor | undefined];
  const compare = (op: string, a: Tensor, b: Tensor): Tensor => apply(op, [a, b]);
  const passed = (condition: Tensor): Tensor => where(condition, gradient, like(0, gradient));
  const inside = [
    ...(low ? [compare("GreaterOrEqual", x, low)] : []),
    ...(high ? [compare("LessOrEqual", x, high)] : []),
  ];
  const toX = inside.length === 0 ? gradient : passed(inside.reduce((a, b) => apply("And", [a, b])));
  let [toLow, toHigh]: (Tensor | undefined)[] = [];
  if (low !== undefined && wanted[1]) {
    const below = compare("Less", x, low);
    toLow = unbroadcast(passed(high === undefined ? below : apply("And", [below, compare("Less", low, high)])), low);
  }
  if (high !== undefined && wanted[2]) {
    const above = compare("Greater", x, high);
    toHigh = unbroadcast(passed(low === undefined ? above : apply("Or", [above, compare("Less", high, low)])), high);
  }
  return [toX, toLow, toHigh];
};

/** Φ(x) + x φ(x), the derivative of x Φ(x). */
function geluDerivative(x: Tensor): Tensor {
  const half = like(0.5, x);
  const cumulative = mul(half, add(apply("Erf", [mul(x, like(Math.SQRT1_2, x))]), like(1, x)));
  const density = mul(exp(neg(mul(half, mul(x, x)))), like(1 / Math.sqrt(2 * Math.PI), x));
  return add(cumulative, mul(x, density));
}

/** The derivative of x (1 + tanh u)/2 with u = √(2/π) (x + c x³). */
function geluTanhDerivative(x: Tensor): Tensor {
  const [c, factor] = [0.044715, Math.sqrt(2 / Math.PI)];
  const [half, one] = [like(0.5, x), like(1, x)];
  const square = mul(x, x);
  const u = mul(mul(x, like(factor, x)), add(one, mul(square, like(c, x))));
  const t = apply("Tanh", [u]);
  const slope = mul(like(factor, x), add(one, mul(square, like(3 * c, x))));
  return mul(half, add(add(one, t), mul(x, mul(sub(one, mul(t, t)), slope))));
}

/** 1 where y is above 0, else 0. */
function isPositive(y: Tensor): Tensor {
  // In ONNX Runtime half the time of a comparison and a cast, which take less than half the time of Where. The least
  // normal number times alpha is above 1, where the line is cut off; denormal numbers count as 0.
  if (y.dtype === "float32") return apply("HardSigmoid", [y], { alpha: 3e38, beta: 0 });
  return cast(apply("Greater", [y, like(0, y)]), y.dtype);
}

function reciprocalRoot(x: Tensor): Tensor {
  return apply("Reciprocal", [apply("Sqrt", [x])]);
}

export const elementwiseRules: Readonly<Record<string, Rule>> = {
  Add: binary((g) => [g, g]),
  Sub: binary((g) => [g, neg(g)]),
  Mul: binary((g, a, b) => [mul(g, b), mul(g, a)]),
  Div: binary((g, _, b, y) => [div(g, b), neg(div(mul(g, y), b))]),
  Pow: toThePower,
  // x - n y, n a whole number that does not change nearby.
  Mod: binary((g, a, b, y) => [g, neg(mul(g, div(sub(a, y), b)))]),
  Min: extremum,
  Max: extremum,
  Clip: clip,
  Neg: ({ gradient }) => [neg(gradient)],
  Abs: unary((x) => apply("Sign", [x])),
  Sqrt: ({ inputs: [x], output, gradient }) => [
    ofRoot(x as Tensor, output, div(mul(gradient, like(0.5, output)), output)),
  ],
  Exp: unary((_, y) => y),
  Log: ({ inputs: [x], gradient }) => [div(gradient, x as Tensor)],
  Sin: unary((x) => apply("Cos", [x])),
  Cos: unary((x) => neg(apply("Sin", [x]))),
  Tan: unary((_, y) => add(mul(y, y), like(1, y))),
  Asin: unary((x) => reciprocalRoot(sub(like(1, x), mul(x, x)))),
  Acos: unary((x) => neg(reciprocalRoot(sub(like(1, x), mul(x, x))))),
  Atan: unary((x) => apply("Reciprocal", [add(mul(x, x), like(1, x))])),
  Sinh: unary((x) => apply("Cosh", [x])),
  Cosh: unary((x) => apply("Sinh", [x])),
  Asinh: unary((x) => reciprocalRoot(add(mul(x, x), like(1, x)))),
  Acosh: unary((x) => reciprocalRoot(sub(mul(x, x), like(1, x)))),
  Atanh: unary((x) => apply("Reciprocal", [sub(like(1, x), mul(x, x))])),
  Reciprocal: unary((_, y) => neg(mul(y, y))),
  Erf: unary((x) => mul(exp(neg(mul(x, x))), like(2 / Math.sqrt(Math.PI), x))),
  Sigmoid: unary((_, y) => mul(y, sub(like(1, y), y))),
  Tanh: unary((_, y) => sub(like(1, y), mul(y, y))),
  Relu: unary((_, y) => isPositive(y)),
  Softplus: unary((x) => apply("Sigmoid", [x])),
  Gelu: unary((x, { node }) => (node.attributes.approximate === "tanh" ? geluTanhDerivative(x) : geluDerivative(x))),
  /** At 0 the slope, as in PyTorch. */
  PRelu: ({ inputs, gradient, wanted }) => {
    const [x, slope] = inputs as [Tensor, Tensor];
    const zero = like(0, x);
    const toX = where(apply("Greater", [x, zero]), gradient, mul(gradient, slope));
    if (!wanted[1]) return [toX, undefined];
    return [toX, unbroadcast(mul(gradient, apply("Min", [x, zero])), slope)];
  },
  LeakyRelu: ({ inputs: [x], output, gradient }) => {
    const { alpha } = output.node.attributes;
    const slope = typeof alpha === "number" ? alpha : 0.01;
    const above = cast(apply("Greater", [x, like(0, gradient)]), gradient.dtype);
    return [mul(gradient, add(mul(above, like(1 - slope, gradient)), like(slope, gradient)))];
  },
  Elu: ({ inputs: [x], output: y, gradient }) => {
    const { alpha } = y.node.attributes;
    const rest = add(y, like(typeof alpha === "number" ? alpha : 1, y));
    return [mul(gradient, where(apply("Greater", [x, like(0, y)]), like(1, y), rest))];
  },
  HardSigmoid: ({ output: y, gradient }) => {
    const { alpha } = y.node.attributes;
    const inside = apply("And", [apply("Greater", [y, like(0, y)]), apply("Less", [y, like(1, y)])]);
    const slope = typeof alpha === "number" ? alpha : 0.2;
    return [mul(gradient, mul(cast(inside, y.dtype), like(slope, y)))];
  },
  HardSwish: unary((x) => {
    const inside = apply("Less", [apply("Abs", [x]), like(3, x)]);
    const above = cast(apply("Greater", [x, like(0, x)]), x.dtype);
    return where(inside, add(mul(x, like(1 / 3, x)), like(0.5, x)), above);
  }),
  Mish: unary((x) => {
    const t = apply("Tanh", [apply("Softplus", [x])]);
    return add(t, mul(mul(x, apply("Sigmoid", [x])), sub(like(1, x), mul(t, t))));
  }),
  Identity: ({ gradient }) => [gradient],
  Where: ({ inputs, gradient }) => {
    const [condition, a, b] = inputs as [Tensor, Tensor, Tensor];
    const zero = like(0, gradient);
    return [
      undefined,
      unbroadcast(where(condition, gradient, zero), a),
      unbroadcast(where(condition, zero, gradient), b),
    ];
  },
  Cast: ({ inputs: [x], gradient }) => [cast(gradient, (x as Tensor).dtype)],
};
