// Types of product files and of the client made from them; `tsc -b` checks the refusals, the run checks that it loads.
import { expect, test } from "vitest";
import { createClient } from "./client.ts";
import { defineProduct } from "./product/define.ts";
import { gate } from "./product/gate.ts";
import { table } from "./product/table.ts";
import { tabular } from "./product/tabular.ts";

const credit = defineProduct({
  name: "credit",
  data: table("credit.csv", {
    target: "risk",
    positive: "bad",
    columns: { duration_months: "number", checking_status: "category", employed: "boolean" },
  }),
  task: tabular.classifier({ costs: { falseNegative: 5, falsePositive: 1 } }),
  gates: [gate.min("auc", 0.7)],
});

const rent = defineProduct({
  name: "rent",
  data: table("rent.csv", { target: "rent", columns: { area: "number", built: "timestamp" } }),
  task: tabular.regressor(),
  gates: [gate.min("r2", 0.5)],
});

const free = defineProduct({ name: "free", data: table("free.csv", { target: "y" }), task: tabular.classifier() });

type Client = ReturnType<typeof createClient<typeof credit | typeof rent>>;

/** Never called: only compiled. */
export async function rows(client: Client): Promise<void> {
  await client.predict("credit", { duration_months: 12, checking_status: "A11", employed: true });
  await client.predict("credit", { duration_months: null, checking_status: null, employed: null });
  // @ts-expect-error a field that the product does not have
  await client.predict("credit", { duration_months: 12, checking_status: "A11", employed: true, shoe_size: 43 });
  // @ts-expect-error a field is missing
  await client.predict("credit", { duration_months: 12, checking_status: "A11" });
  // @ts-expect-error a number is wanted
  await client.predict("credit", { duration_months: "12", checking_status: "A11", employed: true });
  // @ts-expect-error another product's row
  await client.predict("credit", { area: 50 });
  // @ts-expect-error no such product
  await client.predict("mortgage", { area: 50 });
  const predicted = await client.predict("rent", { area: 50, built: new Date("1998-05-01") });
  await client.predict("rent", { area: 50, built: "1998-05-01" });
  // @ts-expect-error milliseconds say no time
  await client.predict("rent", { area: 50, built: 893980800000 });
  const value: number = predicted.outcome.value;
  await client.feedback("rent", predicted.id, value);
  // @ts-expect-error a regression's label is a number
  await client.feedback("rent", predicted.id, "dear");
}

const machines = () =>
  defineProduct({
    name: "machines",
    data: table("machines.csv", { target: "due", columns: { heat: "number" } }),
    task: tabular.task<boolean>("alarm"),
  });

/** Never called: only compiled. A task of one's own says what its labels are. */
export async function own(client: ReturnType<typeof createClient<ReturnType<typeof machines>>>): Promise<void> {
  const { id, outcome } = await client.predict("machines", { heat: 90 });
  const flagged: boolean = outcome.flagged;
  await client.feedback("machines", id, flagged);
  // @ts-expect-error true or false
  await client.feedback("machines", id, "yes");
}

/** Never called: only compiled. */
export async function untyped(client: ReturnType<typeof createClient<typeof free>>): Promise<void> {
  await client.predict("free", { anything: 1, other: "x" });
}

/** Never called: only compiled. What nothing would read cannot be written. */
export function refusals(): void {
  // @ts-expect-error a regressor has no positive class
  defineProduct({ name: "a", data: table("a.csv", { target: "y", positive: "1" }), task: tabular.regressor() });
  const costs = tabular.classifier({ costs: { falseNegative: 5, falsePositive: 1 } });
  // @ts-expect-error costs speak of a positive class that the table does not name
  defineProduct({ name: "a", data: table("a.csv", { target: "y" }), task: costs });
  // @ts-expect-error no such column type
  table("a.csv", { target: "y", columns: { x: "integer" } });
  // @ts-expect-error no such option
  defineProduct({ name: "a", data: table("a.csv", { target: "y" }), task: tabular.classifier(), monitor: true });
  // @ts-expect-error a metric of regression
  defineProduct({
    name: "a",
    data: table("a.csv", { target: "y" }),
    task: tabular.classifier(),
    gates: [gate.min("r2", 0)],
  });
}

test("a client of typed products has the routes as methods", () => {
  const client = createClient<typeof credit | typeof rent>({ url: "http://127.0.0.1:1", key: "lepta_x" });
  expect(Object.keys(client)).toEqual(expect.arrayContaining(["predict", "feedback", "experiment", "invoice"]));
});
