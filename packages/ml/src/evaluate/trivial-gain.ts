// How much less a model loses a row than another answer to the same rows.
import jstat from "jstat";
import { momentsOf } from "../moments.ts";
import { spreadOf } from "./intervals/spread.ts";

/** How much less a model loses a row than the trivial policy; bounds are null where too few rows give none. Plain JSON. */
export type Gain = {
  /** What is lost, as people say it: "cost", "log loss", "squared error". */
  readonly loss: string;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
};

const leastUnits = 10;

/** Student's interval (95 %) of the mean; no bounds of fewer than 10 rows (or groups), or where nothing varies. */
export function meanGain(values: Float64Array, groups: Int32Array | undefined): Omit<Gain, "loss"> {
  const { mean: value } = momentsOf(values);
  const { units, variance } = spreadOf(
    values.map((each) => each - value),
    groups,
  );
  const half = jstat.studentt.inv(0.975, units - 1) * Math.sqrt(variance);
  if (units < leastUnits || !(half > 0 && Number.isFinite(half))) return { value, low: null, high: null };
  return { value, low: value - half, high: value + half };
}
