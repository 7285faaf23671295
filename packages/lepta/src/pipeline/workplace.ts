// What all stages of one run work with: the product, its table (read once, when first needed), the server and its client.
import { join, resolve } from "node:path";
import type { ApiClient } from "@lepta/api";
import { splitTable, type ThreeParts, takeRows } from "@lepta/data";
import { taskFamily } from "@lepta/ml";
import type { Report } from "../events.ts";
import { type PreparedTable, prepareTable, splitBy } from "../learning/prepare.ts";
import type { Product } from "../product/define.ts";
import type { Served } from "../store/served.ts";

export interface LearningTable extends PreparedTable {
  /** Row numbers of the table; a row's part hangs on its content and the seed. */
  readonly parts: ThreeParts;
}

export interface Workplace {
  readonly product: Product;
  /** Id of this run. */
  readonly run: string;
  /** Absolute path of the product's data. */
  readonly dataFile: string;
  readonly served: Served;
  /** A client with the store's own key (scope admin). */
  readonly client: ApiClient;
  /** The table, its roles and its parts; read at the first call. */
  learning(): Promise<LearningTable>;
  /** Hash of the held-out test part's rows. */
  testHash(): Promise<string>;
  /** Where a stage keeps files under a name that its inputs decide. */
  folder(stage: string, hash: string): string;
}

export interface WorkplaceParts {
  readonly product: Product;
  readonly run: string;
  /** Folder that the product's data path starts from. */
  readonly directory: string;
  readonly served: Served;
  readonly report: Report;
}

export function createWorkplace({ product, run, directory, served, report }: WorkplaceParts): Workplace {
  const dataFile = resolve(directory, product.data.path);
  let read: Promise<LearningTable> | undefined;
  const learning = (): Promise<LearningTable> => {
    read ??= learningTable(product, dataFile, report);
    return read;
  };
  return {
    product,
    run,
    dataFile,
    served,
    client: served.client,
    learning,
    async testHash() {
      const { table, parts } = await learning();
      return takeRows(table, parts.test).hash;
    },
    folder: (stage, hash) => join(served.home, "stages", product.name, `${stage}-${hash.slice(0, 24)}`),
  };
}

async function learningTable(product: Product, dataFile: string, report: Report): Promise<LearningTable> {
  const { data, task, seed } = product;
  const prepared = await prepareTable(dataFile, {
    target: data.target,
    positive: data.positive,
    columns: data.columns,
    group: data.group,
    reading: data.reading,
    family: taskFamily(task.kind),
    onProgress: ({ stage }) =>
      report({ type: "progress", label: "read", done: readSteps.indexOf(stage) + 1, total: 3 }),
  });
  const { table, schema } = prepared;
  return { ...prepared, parts: splitTable(table, { ...splitBy(schema), seed }) };
}

const readSteps: readonly string[] = ["check", "read", "convert"];
