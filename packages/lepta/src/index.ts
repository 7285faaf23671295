// The public surface of this package: one explicit list.
export {
  type ApiClient,
  ApiError,
  type Connection,
  createClient,
  type ProductLabel,
  type ProductRow,
  type RowOf,
} from "@lepta/api";
export { CliError, type LeptaErrorCode, leptaErrors } from "./errors.ts";
export type { PipelineEvent, Report } from "./events.ts";
export { type ShipOptions, type Shipped, type ShipResult, type ShipStage, ship } from "./pipeline/ship.ts";
export type { StageName } from "./pipeline/stages/index.ts";
export type { Columns } from "./product/columns.ts";
export { defineProduct, type Product } from "./product/define.ts";
export { deploy, type ExperimentDeployment } from "./product/deploy.ts";
export { type ClassifierMetric, type Gate, gate, type RegressorMetric } from "./product/gate.ts";
export { type PredictionPrice, price } from "./product/price.ts";
export { type TableOptions, type TableSource, table } from "./product/table.ts";
export { type ClassifierTask, type Costs, type RegressorTask, tabular } from "./product/tabular.ts";
export type { Served } from "./store/served.ts";
