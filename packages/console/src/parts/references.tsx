// Links to the things that other things name: a version, a run, a prediction.
import { runName, type VersionReference } from "@lepta/api";
import { Link } from "../state/navigation.tsx";
import { pathTo } from "../state/paths.ts";

/** "network v3" */
export function VersionLink({ product, model }: { product: string; model: VersionReference }) {
  return (
    <Link to={pathTo("version", { product, version: model.version })} className="nowrap">
      {model.name} <span className="tabular">v{model.version}</span>
    </Link>
  );
}

export function RunLink({ id }: { id: string }) {
  return (
    <Link to={pathTo("run", { id })} className="nowrap" title={id}>
      {runName(id)}
    </Link>
  );
}

export function PredictionLink({ id }: { id: string }) {
  return (
    <Link to={pathTo("prediction", { id })} className="mono" title={id}>
      {shortId(id)}
    </Link>
  );
}

/** The end of a UUID: the beginning of one made by time is shared with its neighbours. */
export function shortId(id: string): string {
  return id.slice(-12);
}
