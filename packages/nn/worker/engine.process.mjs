// The process that ONNX Runtime runs in where a model may end or hold up its process. One message in, one out.
import { writeFile } from "node:fs/promises";
import { operations } from "./operations.mjs";

// Where memory runs out, Linux is to end this process and not the one that serves.
await writeFile("/proc/self/oom_score_adj", "1000").catch(() => {});

process.on("disconnect", () => process.exit());
process.on("message", async ({ id, operation, ...fields }) => {
  try {
    const { result, last } = await operations[operation](fields);
    process.send({ id, result }, () => last && process.disconnect());
  } catch (error) {
    process.send({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
