// A metric with its data bound and its sorting done, so that a bootstrap only passes row weights.

/** Row weights → the metric; no weights: every row counts once. NaN where the metric is undefined. */
export type Statistic = (weights?: Float64Array) => number;
