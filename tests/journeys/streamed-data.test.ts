// Training on a file that is read in pieces: the curve of the table in memory, and no more in memory than the buffer.
import { createReadStream, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  asDataset,
  type Batch,
  type DatasetStream,
  mapBatches,
  type Row,
  readTable,
  rowStream,
  shuffleStream,
  stackColumns,
} from "@lepta/data";
import {
  adam,
  crossEntropy,
  type Examples,
  type FitEvent,
  type FitOptions,
  fit as learn,
  linear,
  relu,
  rng,
  sequential,
} from "@lepta/nn";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { remove, temporaryDirectory } from "./cli.ts";

const rows = 20_000;
const names = ["a", "b", "c"] as const;
const classes = ["inside", "outside"];
const columns = [
  ...names.map((name) => ({ name, type: "number" }) as const),
  { name: "place", type: "category" },
] as const;

let directory = "";
beforeAll(() => {
  directory = temporaryDirectory();
  const random = rng(1);
  const made = Array.from({ length: rows }, () => {
    const [a, b, c] = [random.normal(), random.normal(), random.normal()].map((value) => Number(value.toFixed(4)));
    return { a, b, c, place: classes[Number((a as number) ** 2 + (b as number) ** 2 > 1.4)] };
  });
  writeFileSync(join(directory, "rows.ndjson"), made.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const lines = made.map((row) => Object.values(row).join(","));
  writeFileSync(join(directory, "rows.csv"), ["a,b,c,place", ...lines, ""].join("\n"));
});
afterAll(() => remove(directory));

/** The rows of a file, one line at a time; `onRow` hears of each that is read. */
async function* rowsOf(file: string, onRow: () => void): AsyncGenerator<Row> {
  let head: readonly string[] | undefined;
  for await (const line of createInterface({ input: createReadStream(join(directory, file)) })) {
    if (file.endsWith(".ndjson")) yield JSON.parse(line) as Row;
    else if (head === undefined) {
      head = line.split(",");
      continue;
    } else {
      const fields = line.split(",");
      yield Object.fromEntries(head.map((name, i) => [name, fields[i] as string]));
    }
    onRow();
  }
}

const streamOf = (file: string, onRow = (): void => {}): DatasetStream =>
  rowStream(columns, () => rowsOf(file, onRow), { count: rows, batchRows: 100 });

function examplesOf(batch: Batch): Examples {
  const places = batch.place?.data as string[];
  return {
    inputs: stackColumns(batch, names),
    target: { data: BigInt64Array.from(places, (place) => BigInt(classes.indexOf(place))), shape: [places.length] },
  };
}

const [batchSize, stepsPerRun] = [32, 8];
async function train(data: FitOptions["data"], onEvent = (_: FitEvent): void => {}, epochs = 2): Promise<number[]> {
  const losses: number[] = [];
  const net = sequential(linear(16), relu(), linear(2));
  const options = {
    loss: crossEntropy(),
    optimizer: adam({ lr: 0.01 }),
    batchSize,
    stepsPerRun,
    epochs,
    shuffle: false,
  };
  for await (const event of learn(net, { ...options, data })) {
    onEvent(event);
    if (event.type === "step") losses.push(event.loss);
  }
  return losses;
}

describe.each(["rows.ndjson", "rows.csv"])("%s, read in pieces", (file) => {
  test("gives the curve of the table in memory, bit for bit", async () => {
    const table = await readTable(join(directory, file));
    const inMemory = await train(mapBatches(asDataset(table), examplesOf));
    expect(inMemory).toHaveLength(2 * (rows / batchSize));
    expect(await train(mapBatches(streamOf(file), examplesOf))).toEqual(inMemory);
  });

  test("is shuffled within a buffer, and no more of it is in memory than that", async () => {
    const buffer = 500;
    let [read, trained, most] = [0, 0, 0];
    const stream = streamOf(file, () => void read++);
    const shuffled = mapBatches(shuffleStream(stream, { buffer, seed: 3 }), examplesOf);
    const losses = await train(shuffled, (event) => {
      if (event.type !== "step") return;
      trained += batchSize;
      most = Math.max(most, read - trained);
    });
    expect([read, trained]).toEqual([2 * rows, 2 * rows]);
    // The buffer, a batch of the stream, and what the engine is fed with: at most four runs.
    expect(most).toBeLessThan(buffer + 100 + 4 * stepsPerRun * batchSize);
    expect(most).toBeGreaterThan(buffer);
    expect(losses.slice(0, 100)).not.toEqual((await train(mapBatches(stream, examplesOf), undefined, 1)).slice(0, 100));
    expect(await train(shuffled)).toEqual(losses);
    const last = losses.slice(-300).reduce((sum, loss) => sum + loss / 300, 0);
    expect(last).toBeLessThan(0.15);
  });
});
