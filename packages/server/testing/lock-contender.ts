// One of several processes that want the same lock: run by lock-file.test.ts. Prints when it held it, by the system's
// monotonic clock; its last hold ends in a crash. Of 0 rounds it tries once, and prints what came of it.
import { setTimeout as sleep } from "node:timers/promises";
import { takeLock } from "../src/db/lock-file.ts";

const [dir = "", rounds = "1"] = process.argv.slice(2);
if (rounds === "0") {
  try {
    takeLock(dir).release();
    process.stdout.write("taken\n");
  } catch (error) {
    process.stdout.write(`${(error as { code?: string }).code}\n`);
  }
}
for (let held = 0; held < Number(rounds); ) {
  try {
    const lock = takeLock(dir);
    const from = process.hrtime.bigint();
    await sleep(Math.random() * 5);
    const to = process.hrtime.bigint();
    process.stdout.write(`${from} ${to}\n`);
    held++;
    if (held === Number(rounds)) process.kill(process.pid, "SIGKILL");
    lock.release();
  } catch (error) {
    if ((error as { code?: string }).code !== "store-locked") throw error;
  }
  await sleep(Math.random() * 5);
}
