// The public surface of this package: one explicit list.

export type { Manifest, ManifestInput } from "./bundle/manifest.ts";
export { type Bundle, type ReadBundleOptions, readBundle, readManifest } from "./bundle/read-bundle.ts";
export { plainRow, type Row, type RowProblem } from "./bundle/row.ts";
export { openScorer, type Scorer, type ScorerOptions } from "./bundle/scorer.ts";
export { learntRows, type TrainedOverlap, taskOverlap, trainedOverlap } from "./bundle/trained-overlap.ts";
export { type BundleContents, type BundleInfo, checkBundleTarget, writeBundle } from "./bundle/write-bundle.ts";
// compress/
export {
  type CompressionCandidate,
  type CompressionMethod,
  type CompressionReport,
  type CompressOptions,
  compressModel,
  type MeasuredModel,
} from "./compress/compress-model.ts";
export { computeProductsInt8 } from "./compress/int8-products.ts";
export { storeWeightsInt8 } from "./compress/int8-weights.ts";
export { MlError, type MlErrorCode, mlErrors } from "./errors.ts";
// evaluate/
export { auc, aucStatistic, macroAuc } from "./evaluate/auc.ts";
export { averagePrecision } from "./evaluate/average-precision.ts";
export { type Beside, besideEachOther, type Figure } from "./evaluate/beside.ts";
export {
  type BootstrapOptions,
  bootstrapDifference,
  bootstrapIntervals,
  type Difference,
  type ResampledInterval,
} from "./evaluate/bootstrap.ts";
export {
  type BoundedDifference,
  type Bounds,
  boundedDifference,
  boundedMean,
  type UnitGroup,
} from "./evaluate/bounded-mean.ts";
// bundle/
export {
  type CalibrationBin,
  type CalibrationOptions,
  calibrationCurve,
} from "./evaluate/calibration.ts";
export { type ConfusionMatrix, confusionMatrix } from "./evaluate/confusion.ts";
export {
  type CurveOptions,
  type PrecisionRecallCurve,
  precisionRecallCurve,
  type RocCurve,
  rocCurve,
} from "./evaluate/curves.ts";
export { decide } from "./evaluate/decide.ts";
export { type DelongTest, delongTest } from "./evaluate/delong.ts";
export {
  bindMetrics,
  evaluatePredictions,
  type IntervalOptions,
  type PointOptions,
  pointMetrics,
} from "./evaluate/evaluate-predictions.ts";
export { type Evaluation, type EvaluationOptions, evaluationOf } from "./evaluate/evaluation.ts";
export type { Interval } from "./evaluate/intervals/interval.ts";
export { kindOf, type MetricNameFor, type Views } from "./evaluate/kinds/index.ts";
export type { Constant } from "./evaluate/kinds/kind.ts";
export { type MetricName, type MetricNameOf, metrics } from "./evaluate/metrics/index.ts";
export {
  advantage,
  type Direction,
  type MeasuredMetric,
  type Metric,
  type MetricRecord,
  type MetricTitle,
  type MetricValues,
} from "./evaluate/metrics/metric.ts";
export { type Overlap, overlapText } from "./evaluate/overlap.ts";
export {
  type ClassPredictions,
  classIndices,
  type NumberPredictions,
  type Predictions,
  positiveIndex,
  positiveScores,
  type ScorePredictions,
  type SeriesPredictions,
} from "./evaluate/predictions.ts";
export type { Statistic } from "./evaluate/statistic.ts";
export {
  bayesThreshold,
  type ChosenThreshold,
  type CostMatrix,
  chooseThreshold,
  meanCost,
} from "./evaluate/threshold.ts";
export { constantOf, type Trivial, trivialBeside, trivialText } from "./evaluate/trivial.ts";
export type { Gain } from "./evaluate/trivial-gain.ts";
// explain/
export type { Columns, Scores } from "./explain/columns.ts";
export {
  type Importance,
  type PermutationImportanceOptions,
  permutationImportance,
} from "./explain/permutation-importance.ts";
export { type ShapleyOptions, type ShapleyValues, shapleyValues } from "./explain/shapley.ts";
// features/
export type { FeatureInput, FeaturePipeline } from "./features/feature-pipeline.ts";
export { featurePipeline } from "./features/feature-pipeline.ts";
export type { Encoding, FeatureState } from "./features/feature-state.ts";
export { type FeatureOptions, fitFeatures } from "./features/fit-features.ts";
// federate/
export { averageUpdates, proximalTerm, type Update } from "./federate/average.ts";
export { type FixedPoint, fromFixedPoint, toFixedPoint } from "./federate/fixed-point.ts";
export { addScaled, type ParameterSet, parameterNorm } from "./federate/parameter-set.ts";
export { type GaussianRounds, gaussianEpsilon, noiseForEpsilon } from "./federate/privacy-accountant.ts";
export { addGaussianNoise, clipToNorm } from "./federate/private-update.ts";
export { addModular, type Peer, pairSecret, pairwiseMask, secureSum } from "./federate/secure-sum.ts";
// inputs/
export type { CategoryFeature } from "./inputs/categories/category-feature.ts";
export { type Feature, inputKinds } from "./inputs/index.ts";
export type { InputKind, RawType } from "./inputs/input-kind.ts";
export type { Cycle, NumberFeature } from "./inputs/numbers/number-feature.ts";
export {
  expectedShares,
  type FeatureProfile,
  profileBin,
  profilesIn,
} from "./inputs/profiles/index.ts";
export { isStorable } from "./inputs/storable.ts";
export type { TextFeature } from "./inputs/texts/text-feature.ts";
export type { JsonSchema } from "./json-schema.ts";
// models/
export { models } from "./models/index.ts";
export type { FitModelOptions, FittedModel, Matrix, Model, ModelEvent, Settings, Target } from "./models/model.ts";
export type { Objective, TargetValues } from "./models/objectives/objective.ts";
export { softmaxObjective } from "./models/objectives/softmax.ts";
export { squaredObjective } from "./models/objectives/squared.ts";
// outcomes/
export type { ClassForm, ClassOutcome, ClassOutcomes } from "./outcomes/class.ts";
export {
  type Outcome,
  type OutcomeForm,
  type OutcomeKind,
  type Outcomes,
  outcomeKinds,
} from "./outcomes/index.ts";
export type { NumberForm, NumberOutcome, NumberOutcomes } from "./outcomes/number.ts";
export type { ScoreForm, ScoreOutcome, ScoreOutcomes } from "./outcomes/score.ts";
export type { SeriesForm, SeriesOutcome, SeriesOutcomes } from "./outcomes/series.ts";
// search/
export type { MedianPruning } from "./search/median-pruning.ts";
export {
  runSearch,
  type SearchEvent,
  type SearchOptions,
  type SearchResult,
  type TrialContext,
} from "./search/run-search.ts";
export {
  type ChoiceParameter,
  choice,
  float,
  int,
  type NumberParameter,
  type Parameter,
  type Point,
  type Space,
} from "./search/space.ts";
export type { Trial } from "./search/trial.ts";
// tasks/
export { bestCandidate, type CandidateEvent, type CandidateOptions, trainCandidates } from "./tasks/candidates.ts";
export {
  type CrossValidateOptions,
  crossValidate,
  type Fold,
  type FoldOptions,
  type FoldSummary,
  type MetricSummaries,
  measureFolds,
  summarizeFolds,
} from "./tasks/cross-validate.ts";
export { findTask, registerTaskFamily, taskFamilies, taskFamily, taskFor, taskNamed } from "./tasks/index.ts";
export { targetIn } from "./tasks/labelled-rows.ts";
export { readTask, storedTaskHash, writeTask } from "./tasks/stored-task.ts";
export type { CostRule, PreparedTarget, Task, TaskFamily, TaskOf } from "./tasks/task.ts";
export { type TrainEvent, type TrainOptions, train } from "./tasks/train.ts";
export { formAt, type Measured, type MeasureOptions, measureTrained, type TrainedTask } from "./tasks/trained-task.ts";
