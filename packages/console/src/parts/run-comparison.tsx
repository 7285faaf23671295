// Two runs in one table: what their stages found, the differences first to be seen.
import { type Run, runName } from "@lepta/api";
import { useState } from "react";
import { figureText, spoken } from "../format/figures.ts";
import { useQuery } from "../state/query.ts";
import { type ComparedFigure, compareRuns } from "../state/run-comparison.ts";
import { type Column, DataTable } from "./data-table.tsx";
import { Loaded } from "./loading.tsx";
import { Nothing } from "./page.tsx";

export function RunComparison({ left, right }: { left: string; right: string }) {
  const runs = useQuery(`compare ${left} ${right}`, (client, options) =>
    Promise.all([client.run(left, options), client.run(right, options)]),
  );
  return <Loaded query={runs}>{([a, b]) => <Table left={a} right={b} />}</Loaded>;
}

function Table({ left, right }: { left: Run; right: Run }) {
  const [all, setAll] = useState(false);
  const figures = compareRuns(left, right);
  const shown = all ? figures : figures.filter(({ differs }) => differs);
  const side = (run: Run, of: "left" | "right"): Column<ComparedFigure> => ({
    header: runName(run.id),
    numeric: true,
    cell: (figure) => {
      const value = figure[of];
      if (value === undefined) return <span className="dim">–</span>;
      return figure.differs ? <b>{figureText(value)}</b> : figureText(value);
    },
  });
  return (
    <>
      <label className="small">
        <input type="checkbox" checked={all} onChange={(event) => setAll(event.currentTarget.checked)} /> also the{" "}
        {figures.length - figures.filter(({ differs }) => differs).length} figures that are equal
      </label>
      {shown.length === 0 ? (
        <Nothing title="No difference">Every figure of their stages is equal.</Nothing>
      ) : (
        <DataTable
          label={`${runName(left.id)} and ${runName(right.id)}`}
          columns={[
            {
              header: "Figure",
              cell: ({ stage, name }) => (
                <>
                  <span className="dim">{stage}</span> {name.split(" › ").map(spoken).join(" › ")}
                </>
              ),
            },
            side(left, "left"),
            side(right, "right"),
          ]}
          rows={shown}
          rowKey={({ stage, name }) => `${stage} ${name}`}
        />
      )}
    </>
  );
}
