// What one model's process may take before it is ended.

export interface ModelLimits {
  /** Longest run of a batch of rows, in milliseconds. */
  runTimeoutMs: number;
  /** Longest opening, the start of the process included, in milliseconds. */
  openTimeoutMs: number;
  /** Most memory in bytes; looked at on Linux. */
  memoryBytes: number;
}

/** A batch of 64 rows takes milliseconds; these leave room for a machine that is busy. */
export const defaultModelLimits: ModelLimits = { runTimeoutMs: 10_000, openTimeoutMs: 60_000, memoryBytes: 2 ** 31 };
