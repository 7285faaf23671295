// Accuracy and loss of training pictures beside the test's: both are looked at after every epoch.
import { subset } from "@lepta/data";
import { type Examples, type Metric, rng, type TensorData } from "@lepta/nn";
import { type DataSet, normalised } from "./images.ts";

/**
 * What `fit` looks at after an epoch: the test pictures at even places, as many training pictures at odd ones. These
 * weigh nothing in the loss, which is the test's alone.
 */
export function watched({ train, test }: DataSet): Examples {
  const count = test.count;
  // Drawn by chance: pictures at even distances may be of few classes, since files are often ordered by class.
  const drawn = rng(0).permutation(train.count);
  const { inputs, target } = joinedInTurns(
    normalised(test),
    normalised(
      subset(
        train,
        Array.from({ length: count }, (_, i) => drawn[i % train.count] as number),
      ),
    ),
    count,
  );
  const weight = Float32Array.from({ length: 2 * count }, (_, i) => 1 - (i % 2));
  return { inputs, target, weight: { data: weight, shape: [2 * count] } };
}

function joinedInTurns(even: Examples, odd: Examples, count: number): { inputs: TensorData; target: TensorData } {
  const [a, b] = [even.inputs.data as Float32Array, odd.inputs.data as Float32Array];
  const size = a.length / count;
  const data = new Float32Array(2 * a.length);
  for (let i = 0; i < count; i++) {
    data.set(a.subarray(i * size, (i + 1) * size), 2 * i * size);
    data.set(b.subarray(i * size, (i + 1) * size), (2 * i + 1) * size);
  }
  const [first, second] = [even.target.data as BigInt64Array, odd.target.data as BigInt64Array];
  const labels = BigInt64Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? first : second)[i >> 1] ?? 0n);
  const [, ...rest] = even.inputs.shape as readonly number[];
  return { inputs: { data, shape: [2 * count, ...rest] }, target: { data: labels, shape: [2 * count] } };
}

/** Share of right classes among every `step`-th row from `first` on. */
export function accuracyOf(first: number, step: number): Metric {
  return (logits, target) => {
    const classes = logits.shape[1] as number;
    const values = logits.data as Float32Array;
    let right = 0;
    let seen = 0;
    for (let i = first; i < target.data.length; i += step) {
      const own = values.subarray(i * classes, (i + 1) * classes);
      const best = own.reduce((most, value, j) => (value > (own[most] as number) ? j : most), 0);
      if (best === Number(target.data[i])) right++;
      seen++;
    }
    return right / seen;
  };
}
