// How the usage events of predictions are told apart from those that callers report.

/** CloudEvents source of the usage events that predictions make; the event's id is the prediction's. */
export const predictionSource = "/predictions";
