// Einstein sums, written as transposes, reshapes and one batched matrix product a pair of operands.
import { NnError } from "../errors.ts";
import type { Dim } from "../shape.ts";
import { apply } from "./apply.ts";
import type { Tensor } from "./node.ts";
import { int64s, matMul, mul, reduceSum, reshape, shapeTensor, transpose, unsqueeze } from "./operators.ts";

/** A tensor with one letter an axis. */
interface Labelled {
  readonly tensor: Tensor;
  readonly labels: readonly string[];
}

function refuse(equation: string, what: string): NnError {
  return new NnError(
    "attribute-invalid",
    `einsum(${JSON.stringify(equation)}): ${what}.`,
    'Write one letter an axis, such as "bqhd,bkhd->bhqk"; no letter twice in one operand.',
  );
}

/**
 * The sum over all letters that the result lacks of the operands' product: `einsum("bqhd,bkhd->bhqk", q, k)`.
 * One letter an axis; no ellipsis, no diagonals. Operands are multiplied from left to right, each pair as one batched
 * matrix product. Throws `attribute-invalid` or `shape-mismatch`.
 */
export function einsum(equation: string, ...operands: readonly Tensor[]): Tensor {
  const [left, right, ...more] = equation.replaceAll(" ", "").split("->");
  if (left === undefined || right === undefined || more.length > 0) throw refuse(equation, 'it needs one "->"');
  const terms = left.split(",").map((term) => [...term]);
  const result = [...right];
  if (terms.length !== operands.length) {
    throw refuse(equation, `${terms.length} terms and ${operands.length} operands`);
  }
  const labelled = terms.map((labels, i): Labelled => {
    const tensor = operands[i] as Tensor;
    if (labels.length !== tensor.shape.length) {
      throw refuse(
        equation,
        `${labels.join("")} has ${labels.length} letters, the operand ${tensor.shape.length} axes`,
      );
    }
    return { tensor, labels };
  });
  for (const labels of [...terms, result]) {
    if (new Set(labels).size !== labels.length || labels.some((label) => !/[A-Za-z]/.test(label))) {
      throw refuse(equation, `${labels.join("")} is not a list of different letters`);
    }
  }
  if (result.some((label) => !terms.flat().includes(label))) throw refuse(equation, "the result has a new letter");
  let current = labelled[0] as Labelled;
  labelled.slice(1).forEach((next, i) => {
    const later = new Set([...result, ...terms.slice(i + 2).flat()]);
    current = multiply(
      sumOut(current, (l) => next.labels.includes(l) || later.has(l)),
      next,
      later,
    );
  });
  const summed = sumOut(current, (label) => result.includes(label));
  return ordered(summed, result);
}

/** Sums over the letters that nobody keeps. */
function sumOut({ tensor, labels }: Labelled, keep: (label: string) => boolean): Labelled {
  const axes = [...labels.keys()].filter((axis) => !keep(labels[axis] as string));
  if (axes.length === 0) return { tensor, labels };
  return { tensor: reduceSum(tensor, axes, false), labels: labels.filter(keep) };
}

function ordered({ tensor, labels }: Labelled, wanted: readonly string[]): Tensor {
  const order = wanted.map((label) => labels.indexOf(label));
  return order.every((axis, i) => axis === i) ? tensor : transpose(tensor, order);
}

/** The product of two operands, summed over the letters that both have and nobody needs later. */
function multiply(a: Labelled, given: Labelled, later: ReadonlySet<string>): Labelled {
  const b = sumOut(given, (label) => a.labels.includes(label) || later.has(label));
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter((label) => later.has(label));
  const inner = shared.filter((label) => !later.has(label));
  const rows = a.labels.filter((label) => !shared.includes(label));
  const columns = b.labels.filter((label) => !shared.includes(label));
  const sizeOf = (label: string): Tensor => {
    const { tensor, labels: own } = a.labels.includes(label) ? a : b;
    const axis = own.indexOf(label);
    const size = tensor.shape[axis];
    return typeof size === "number" ? int64s([size]) : apply("Shape", [tensor], { start: axis, end: axis + 1 });
  };
  const labels = [...batch, ...rows, ...columns];
  if (inner.length === 0) {
    // Nothing is summed: an elementwise product that broadcasts.
    const spread = (own: Labelled, has: readonly string[]): Tensor => {
      const missing = [...labels.keys()].filter((axis) => !has.includes(labels[axis] as string));
      const inOrder = ordered(
        own,
        labels.filter((label) => has.includes(label)),
      );
      return missing.length === 0 ? inOrder : unsqueeze(inOrder, missing);
    };
    return { tensor: mul(spread(a, a.labels), spread(b, b.labels)), labels };
  }
  const left = joined(ordered(a, [...batch, ...rows, ...inner]), [batch.length, rows.length, inner.length]);
  const right = joined(ordered(b, [...batch, ...inner, ...columns]), [batch.length, inner.length, columns.length]);
  const product = matMul(left, right);
  if (labels.length === product.shape.length) return { tensor: product, labels };
  const sizes = labels.length === 0 ? int64s([]) : apply("Concat", labels.map(sizeOf), { axis: 0 });
  return { tensor: reshape(product, sizes), labels };
}

/** Joins runs of axes into one each, the first run staying as it is; an empty run becomes an axis of size 1. */
function joined(tensor: Tensor, [kept, ...runs]: readonly [number, number, number]): Tensor {
  if (runs.every((run) => run === 1)) return tensor;
  const sizes: Dim[] = tensor.shape.slice(0, kept);
  let at = kept;
  const symbolic = tensor.shape.slice(kept).some((dim) => typeof dim === "string");
  for (const run of runs) {
    const part = tensor.shape.slice(at, at + run);
    at += run;
    if (part.every((dim) => typeof dim === "number")) sizes.push(part.reduce<number>((n, dim) => n * Number(dim), 1));
    else sizes.push(run === 1 && !symbolic ? (part[0] as Dim) : -1);
  }
  return reshape(tensor, shapeTensor(sizes, tensor));
}
