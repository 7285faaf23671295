// Every job of a store: a room registers its own here; who starts the jobs knows none of them.
import type { JobDefinition } from "../job-definition.ts";
import { closeMonthsJob } from "../metering/close-months.ts";

export const jobDefinitions: readonly JobDefinition[] = [closeMonthsJob];
