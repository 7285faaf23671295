// What all stages of one run work with. None of it is of the product: a stage knows of that what its input says.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { ApiClient } from "@lepta/api";
import type { Report } from "../events.ts";
import { hashOf } from "../json.ts";
import { type LearningTable, learningTable, type TableKey } from "../learning/learning-table.ts";
import type { Served } from "../store/served.ts";

export interface RunTools {
  /** Id of this run: what is made says by which run; no result depends on it. */
  readonly runId: string;
  readonly report: Report;
  readonly signal: AbortSignal;
  /** The server, and a client with the store's own key (scope admin). */
  readonly url: string;
  readonly client: ApiClient;
  /** The store's directory, absolute. */
  readonly home: string;
  /** Where the product's data lies, absolute. A result depends on its content alone, which `fileHash` is of. */
  readonly dataFile: string;
  /** Hex SHA-256 of the data's bytes; "unreadable" where there are none: reading then says what is wrong. */
  fileHash(): Promise<string>;
  /** The table of a key, its roles and its parts; read at the first call. */
  table(key: TableKey): Promise<LearningTable>;
  /** Where a stage keeps files under a name that its input decides. */
  folder(stage: string, hash: string): string;
}

export interface StageTools extends RunTools {
  /** Hash of the stage's key: names what it keeps on the disk. */
  readonly inputHash: string;
}

export interface ToolParts {
  readonly runId: string;
  readonly served: Served;
  readonly dataFile: string;
  /** Folder of what the stages keep, absolute. */
  readonly kept: string;
  readonly report: Report;
  readonly signal: AbortSignal;
}

export function createTools({ runId, served, dataFile, kept, report, signal }: ToolParts): RunTools {
  const tables = new Map<string, Promise<LearningTable>>();
  return Object.freeze<RunTools>({
    runId,
    report,
    signal,
    url: served.url,
    client: served.client,
    home: served.home,
    dataFile,
    fileHash: () => fileHash(dataFile),
    table(key) {
      const hash = hashOf(key);
      const table = tables.get(hash) ?? learningTable(dataFile, key, report);
      tables.set(hash, table);
      return table;
    },
    folder: (stage, hash) => join(kept, `${stage}-${hash.slice(0, 24)}`),
  });
}

async function fileHash(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(path), hash);
  } catch {
    return "unreadable";
  }
  return hash.digest("hex");
}
