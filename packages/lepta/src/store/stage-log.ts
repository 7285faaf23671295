// Where a run's stages are recorded, and found again.
import type { JsonObject } from "../json.ts";

/** Where stages are recorded. */
export interface StageLog {
  /** The output of a finished stage with this input, of any earlier run. */
  find(stage: string, inputHash: string): Promise<JsonObject | undefined>;
  start(stage: string, position: number, inputHash: string): Promise<void>;
  end(
    stage: string,
    position: number,
    inputHash: string,
    result:
      | { status: "done" | "reused"; output: JsonObject; summary: JsonObject }
      | { status: "failed"; error: unknown; summary?: JsonObject },
  ): Promise<void>;
}
