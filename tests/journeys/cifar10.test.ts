// The CIFAR-10 example from end to end, on a few pictures: made here, in a small archive, and of LEPTA_DATA.
import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { type MemoryDataset, wholeBatch } from "@lepta/data";
import { rng } from "@lepta/nn";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { watched } from "../../examples/cifar10/accuracy.ts";
import { type AugmentOptions, augmented } from "../../examples/cifar10/augment.ts";
import { labelsIn, normalise, pictureBytes, pictures, pixelsIn, side } from "../../examples/cifar10/images.ts";
import { download, readArchive } from "../../examples/cifar10/read-archive.ts";
import { readIndex } from "../../examples/cifar10/read-index.ts";
import { remove, root, temporaryDirectory } from "./cli.ts";

let directory = "";
beforeAll(() => {
  directory = temporaryDirectory();
});
afterAll(() => remove(directory));

interface Figures {
  readonly epochs: number;
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  readonly testLoss: number;
  readonly testAccuracy: number;
}

async function train(...args: string[]): Promise<Figures> {
  const script = join(root, "examples/cifar10/train.ts");
  const flags = ["--import", import.meta.resolve("tsx"), "--conditions=lepta-source", script, "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, ...args]);
  return JSON.parse(stdout) as Figures;
}

/** One picture of a batch: its label, then one plane of 255 and two of 0. */
const record = (label: number, plane: number): Buffer => {
  const bytes = Buffer.alloc(1 + pictureBytes);
  bytes[0] = label;
  bytes.fill(255, 1 + plane * 1024, 1 + (plane + 1) * 1024);
  return bytes;
};

/** An archive like the official one: 5 × 20 red, green or blue pictures, and 20 for the test. */
function makeArchive(): string {
  const folder = join(directory, "cifar-10-batches-bin");
  mkdirSync(folder);
  const batch = Buffer.concat(Array.from({ length: 20 }, (_, i) => record(i % 3, i % 3)));
  for (const name of ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"])
    writeFileSync(join(folder, `${name}.bin`), batch);
  const names = ["red", "green", "blue", "3", "4", "5", "6", "7", "8", "9"];
  writeFileSync(join(folder, "batches.meta.txt"), `${names.join("\n")}\n\n`);
  const path = join(directory, "tiny.tar.gz");
  execFileSync("tar", ["-czf", path, "-C", directory, "cifar-10-batches-bin"]);
  return path;
}

describe("the binary archive", () => {
  let archive = "";
  let server: Server;
  let url = "";
  beforeAll(async () => {
    archive = makeArchive();
    server = createServer((request, response) => {
      if (request.url === "/cifar.tar.gz") response.end(readFileSync(archive));
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/cifar.tar.gz`;
  });
  afterAll(() => void server.close());

  test("is downloaded once, with its checksum", async () => {
    const sha256 = createHash("sha256").update(readFileSync(archive)).digest("hex");
    const path = join(directory, "downloaded", "cifar.tar.gz");
    await download(path, { url, sha256 });
    expect(readFileSync(path).equals(readFileSync(archive))).toBe(true);
    await download(path, { url: "http://127.0.0.1:1/", sha256 });
    writeFileSync(path, "something else");
    await expect(download(path, { url, sha256 })).rejects.toThrow("SHA-256");
  });

  test("leaves nothing behind when it is another file or cannot be had", async () => {
    const path = join(directory, "refused", "cifar.tar.gz");
    await expect(download(path, { url, sha256: "00" })).rejects.toThrow("SHA-256");
    await expect(download(path, { url: `${url}.no`, sha256: "00" })).rejects.toThrow("404");
    await expect(download(path, { url: "http://127.0.0.1:1/", sha256: "00" })).rejects.toThrow("--data");
    expect(readdirSync(join(directory, "refused"))).toEqual([]);
  });

  test("is read", async () => {
    const { train: own, test: held, classes } = await readArchive(archive);
    expect([own.count, held.count, classes.length, classes[2]]).toEqual([100, 20, 10, "blue"]);
    const [pixels, labels] = [pixelsIn(wholeBatch(own)), labelsIn(wholeBatch(own))];
    expect([...labels.subarray(0, 4)]).toEqual([0, 1, 2, 0]);
    expect([pixels[0], pixels[1024], pixels[pictureBytes + 1024]]).toEqual([255, 0, 255]);
  });

  test("trains the example, which leaves curves, events and a model", async () => {
    const out = join(directory, "run");
    const figures = await train("--data", archive, "--out", out, "--epochs", "12");
    expect(figures).toMatchObject({ epochs: 12, testAccuracy: 1, trainAccuracy: 1 });
    expect(readFileSync(join(out, "curves.svg"), "utf8")).toContain("accuracy");
    expect(readdirSync(join(out, "events"))).toHaveLength(1);
    expect(existsSync(join(out, "model.onnx"))).toBe(true);
  });
});

test("training accuracy is that of pictures of every class, in whatever order they are stored", () => {
  const inTurns = (count: number): MemoryDataset =>
    pictures(
      new Uint8Array(count * pictureBytes),
      Uint8Array.from({ length: count }, (_, i) => i % 10),
    );
  const { target } = watched({ train: inTurns(500), test: inTurns(100), classes: [] });
  const odd = Array.from(target.data as BigInt64Array).filter((_, i) => i % 2 === 1);
  expect(odd).toHaveLength(100);
  expect(new Set(odd).size).toBe(10);
});

describe("augmented pictures", () => {
  // Bytes from 1 to 127, all different from 0 when normalised, and a picture unlike its mirror image.
  const pixels = Uint8Array.from({ length: pictureBytes }, (_, i) => 1 + (i % 127));
  const one = pictures(pixels, Uint8Array.of(7));
  const made = (seed: number, options?: AugmentOptions): Float32Array => {
    const context = { epoch: 1, random: rng(seed), batchSize: 1, signal: new AbortController().signal };
    const { inputs, target } = augmented(one, options).batch([0], context);
    expect(target).toEqual({ data: BigInt64Array.of(7n), shape: [1] });
    expect(inputs.shape).toEqual([1, 3, side, side]);
    return inputs.data as Float32Array;
  };
  const plain = Float32Array.from(pixels, normalise);
  const mirrored = Float32Array.from(plain, (_, i) => plain[i - (i % side) + side - 1 - (i % side)] as number);

  test("are the pictures or their mirror images, where nothing is shifted and cut", () => {
    const all = Array.from({ length: 20 }, (_, seed) => made(seed, { shift: 0, cut: 0 }));
    const same = all.filter((own) => own.every((value, i) => value === plain[i])).length;
    const turned = all.filter((own) => own.every((value, i) => value === mirrored[i])).length;
    expect(same + turned).toBe(20);
    expect(same).toBeGreaterThan(3);
    expect(turned).toBeGreaterThan(3);
  });

  test("are shifted by a few pixels and lose a square, in all three planes alike", () => {
    for (let seed = 0; seed < 20; seed++) {
      const shifted = made(seed, { cut: 0 });
      const [down, right] = [-4, -3, -2, -1, 0, 1, 2, 3, 4]
        .flatMap((a) => [-4, -3, -2, -1, 0, 1, 2, 3, 4].map((b) => [a, b] as const))
        .find(([a, b]) =>
          [plain, mirrored].some((from) =>
            shifted.every((value, i) => {
              const [row, column] = [(Math.floor(i / side) % side) - a, (i % side) - b];
              const inside = row >= 0 && row < side && column >= 0 && column < side;
              return value === (inside ? from[i - a * side - b] : 0);
            }),
          ),
        ) ?? [Number.NaN, Number.NaN];
      expect(Math.max(Math.abs(down), Math.abs(right))).toBeLessThanOrEqual(4);
      const lost = Array.from(made(seed)).flatMap((value, i) => (value === 0 && shifted[i] !== 0 ? [i] : []));
      expect(lost.length % 3).toBe(0);
      expect(lost.length / 3).toBeLessThanOrEqual(64);
      expect(lost.length / 3).toBeGreaterThan(0);
    }
  });

  test("follow from the generator", () => {
    expect(made(5)).toEqual(made(5));
    expect(made(5)).not.toEqual(made(6));
  });
});

const data = process.env.LEPTA_DATA;
describe.skipIf(data === undefined)("pictures of cifar10_12k_jpeg (LEPTA_DATA)", () => {
  /** A folder whose index has the first pictures of each part. */
  function subset(): string {
    const whole = join(data as string, "cifar10_12k_jpeg");
    const [head, ...rows] = readFileSync(join(whole, "index.csv"), "utf8").trimEnd().split("\n");
    const part = (split: string, count: number): string[] =>
      rows.filter((row) => row.split(",")[1] === split).slice(0, count);
    const folder = join(directory, "pictures");
    mkdirSync(folder);
    writeFileSync(join(folder, "index.csv"), [head, ...part("train", 200), ...part("test", 50), ""].join("\n"));
    writeFileSync(join(folder, "images.jpgpack"), readFileSync(join(whole, "images.jpgpack")));
    return folder;
  }

  test("are read from a pack; both recipes train on them", async () => {
    const folder = subset();
    const { train: own, classes } = await readIndex(folder);
    expect([own.count, classes[3]]).toEqual([200, "cat"]);
    const long = await train("--data", folder, "--out", join(directory, "lenet"), "--epochs", "30");
    expect(long.trainLoss).toBeLessThan(2.2);
    const best = await train("--data", folder, "--out", join(directory, "best"), "--epochs", "2", "--best");
    // A cycle of eight steps teaches nothing; it runs, and every figure is one.
    expect(Object.values(best).filter((value) => typeof value === "number" && !Number.isFinite(value))).toEqual([]);
  });
});
