// Data work beside its peers, one file a workload in data/: npm run bench:data [-- NAME]
import { benchEvaluate } from "./data/evaluate.ts";
import { benchRead } from "./data/read.ts";
import { benchViews } from "./data/views.ts";

const workloads: Readonly<Record<string, () => void | Promise<void>>> = {
  evaluate: benchEvaluate,
  read: benchRead,
  views: benchViews,
};

const chosen = process.argv[2];
for (const [name, run] of Object.entries(workloads)) if (chosen === undefined || chosen === name) await run();
