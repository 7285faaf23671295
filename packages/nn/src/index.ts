// The public surface of this package: one explicit list.

export { createSession, runtimeVersion } from "#session";
export type { DType, TensorData } from "./dtype.ts";
export { dtypeOf } from "./dtype.ts";
export type { NnErrorCode } from "./errors.ts";
export { NnError, nnErrors } from "./errors.ts";
export { gradients } from "./grad/gradients.ts";
export { buildGraph } from "./graph/build.ts";
export type { GraphCost } from "./graph/cost.ts";
export { graphCost } from "./graph/cost.ts";
export { einsum } from "./graph/einsum.ts";
export { equalGraphs } from "./graph/equal.ts";
export type { Graph, Node, Tensor } from "./graph/node.ts";
export type { Replace } from "./graph/rewrite.ts";
export { rewriteGraph } from "./graph/rewrite.ts";
export { verify } from "./graph/verify.ts";
export type { Activation } from "./layers/activations.ts";
export {
  elu,
  gelu,
  hardSwish,
  lambda,
  leakyRelu,
  mish,
  relu,
  sigmoid,
  silu,
  softmax,
  softplus,
  tanh,
} from "./layers/activations.ts";
export type { AttentionInput, AttentionOptions, AttentionOutput } from "./layers/attention.ts";
export { multiHeadAttention } from "./layers/attention.ts";
export type { BatchNormOptions } from "./layers/batch-norm.ts";
export { batchNorm } from "./layers/batch-norm.ts";
export { groupNorm, instanceNorm, rmsNorm } from "./layers/channel-norms.ts";
export type { Composed } from "./layers/compose.ts";
export { compose } from "./layers/compose.ts";
export { evaluationContext } from "./layers/context.ts";
export type { ConvolutionLayerOptions, TransposedConvolutionLayerOptions } from "./layers/convolution.ts";
export {
  conv1d,
  conv2d,
  convTranspose1d,
  convTranspose2d,
  depthwiseConv2d,
  separableConv2d,
} from "./layers/convolution.ts";
export { dropout } from "./layers/dropout.ts";
export { embedding } from "./layers/embedding.ts";
export type {
  Context,
  Layer,
  LayerInput,
  Parameter,
  Parameters,
  ParameterTensors,
  ShapeOf,
  TensorsOf,
} from "./layers/layer.ts";
export { layer } from "./layers/layer.ts";
export { layerNorm } from "./layers/layer-norm.ts";
export { linear } from "./layers/linear.ts";
export { lenet } from "./layers/networks/lenet.ts";
export type { MobileCnnOptions } from "./layers/networks/mobile-cnn.ts";
export { mobileCnn } from "./layers/networks/mobile-cnn.ts";
export { basicBlock, resnet18, resnetCifar } from "./layers/networks/resnet.ts";
export type { VaeOptions, VaeOutput } from "./layers/networks/vae.ts";
export { randomNormal, vae, vaeConv } from "./layers/networks/vae.ts";
export type {
  LstmClassifierOptions,
  MlpOptions,
  TextTransformerOptions,
  TokenInput,
} from "./layers/networks.ts";
export { lstmClassifier, mlp, textTransformer } from "./layers/networks.ts";
export {
  constantParameters,
  countParameters,
  freeze,
  listParameters,
  mapParameters,
  replaceParameters,
} from "./layers/parameters.ts";
export { avgPool1d, avgPool2d, flatten, globalAvgPool, maxPool1d, maxPool2d } from "./layers/pooling.ts";
export type { PositionalEncodingOptions } from "./layers/positional-encoding.ts";
export { positionalEncoding } from "./layers/positional-encoding.ts";
export type { RecurrentOptions, SequenceInput } from "./layers/recurrent/recurrent.ts";
export { gru, lstm, rnn } from "./layers/recurrent/recurrent.ts";
export { residual } from "./layers/residual.ts";
export type { Rng } from "./layers/rng.ts";
export { rng } from "./layers/rng.ts";
export { sequential } from "./layers/sequential.ts";
export type { TrainableOptions } from "./layers/trainable.ts";
export { trainable } from "./layers/trainable.ts";
export type { TransformerOptions } from "./layers/transformer.ts";
export {
  transformerDecoder,
  transformerDecoderBlock,
  transformerEncoder,
  transformerEncoderBlock,
} from "./layers/transformer.ts";
export type { BinaryCrossEntropyOptions } from "./losses/binary-cross-entropy.ts";
export { binaryCrossEntropy } from "./losses/binary-cross-entropy.ts";
export type { InfoNceOptions } from "./losses/contrastive.ts";
export { infoNce, triplet } from "./losses/contrastive.ts";
export type { CrossEntropyOptions } from "./losses/cross-entropy.ts";
export { crossEntropy } from "./losses/cross-entropy.ts";
export type { CtcOptions } from "./losses/ctc.ts";
export { ctc } from "./losses/ctc.ts";
export type { ElboOptions, VariationalOutput } from "./losses/elbo.ts";
export { elbo, gaussianDivergence } from "./losses/elbo.ts";
export type { FocalOptions } from "./losses/focal.ts";
export { focal } from "./losses/focal.ts";
export { huber } from "./losses/huber.ts";
export { kullbackLeibler } from "./losses/kullback-leibler.ts";
export type { Loss } from "./losses/loss.ts";
export { meanAbsoluteError } from "./losses/mean-absolute-error.ts";
export { meanSquaredError } from "./losses/mean-squared-error.ts";
export type { Task } from "./losses/multi-task.ts";
export { multiTask } from "./losses/multi-task.ts";
export type { PoissonOptions } from "./losses/poisson.ts";
export { poisson } from "./losses/poisson.ts";
export { quantile } from "./losses/quantile.ts";
export type { DecodeOptions, ModelInfo } from "./onnx/decode.ts";
export { decodeModel, decodeOnnx, inputsOf } from "./onnx/decode.ts";
export type { EncodeOptions } from "./onnx/encode.ts";
export { encodeOnnx } from "./onnx/encode.ts";
export type { ModelFiles } from "./onnx/external-data.ts";
export { accumulateGradients } from "./optim/accumulate-gradients.ts";
export { scaleByFactoredRms, scaleByParameterRms, subtractDecayedWeights } from "./optim/adafactor-links.ts";
export { averageWeights } from "./optim/average-weights.ts";
export type { AdamOptions, LionOptions, RmsOptions } from "./optim/links.ts";
export {
  addDecayedWeights,
  clipByNorm,
  clipByValue,
  scaleByAdam,
  scaleByLearningRate,
  scaleByLion,
  scaleByRms,
  trace,
} from "./optim/links.ts";
export type {
  AdafactorOptions,
  AdamOptimizerOptions,
  LionOptimizerOptions,
  RmspropOptions,
  SgdOptions,
} from "./optim/optimizers.ts";
export { adafactor, adam, adamw, lion, rmsprop, sgd } from "./optim/optimizers.ts";
export type {
  CosineDecayOptions,
  OneCycleOptions,
  PlateauOptions,
  Schedule,
  StepDecayOptions,
  WarmupCosineOptions,
} from "./optim/schedules.ts";
export { cosineDecay, oneCycle, plateau, stepDecay, warmup, warmupCosine } from "./optim/schedules.ts";
export type { Optimizer, Progress, Transform, TransformInput, TransformOutput } from "./optim/transform.ts";
export { chain } from "./optim/transform.ts";
export type { CurveSvgOptions } from "./report/curve-svg.ts";
export { curveSvg } from "./report/curve-svg.ts";
export type { MlflowOptions } from "./report/mlflow.ts";
export { mlflow } from "./report/mlflow.ts";
export type { ProgressLineOptions, Terminal } from "./report/progress-line.ts";
export { progressLine } from "./report/progress-line.ts";
export type { LayerSummary, Summary, SummaryOptions } from "./report/summary.ts";
export { summarize } from "./report/summary.ts";
export { tensorBoard } from "./report/tensorboard.ts";
export { readOnnx } from "./runtime/read-onnx.ts";
export type {
  Feeds,
  PortDescription,
  ProcessLimits,
  Provider,
  Session,
  SessionOptions,
} from "./runtime/session.ts";
export type { Dim, Shape } from "./shape.ts";
export type { ConvolutionOptions, TransposedConvolutionOptions } from "./tensor/convolution.ts";
export { convolution, transposedConvolution } from "./tensor/convolution.ts";
export { stopGradient, straightThrough } from "./tensor/custom-gradient.ts";
export {
  abs,
  add,
  and,
  cast,
  ceil,
  clip,
  cos,
  div,
  equal,
  erf,
  exp,
  floor,
  greater,
  greaterOrEqual,
  isNaN,
  less,
  lessOrEqual,
  log,
  max,
  min,
  mul,
  neg,
  not,
  or,
  pow,
  sign,
  sin,
  sqrt,
  sub,
  where,
} from "./tensor/elementwise.ts";
export type { ResizeOptions } from "./tensor/images.ts";
export { depthToSpace, resize, spaceToDepth } from "./tensor/images.ts";
export type { Operand } from "./tensor/leaves.ts";
export { constant, identity, input } from "./tensor/leaves.ts";
export type { ScanResult, ScanStep } from "./tensor/loops.ts";
export { scan } from "./tensor/loops.ts";
export type { GemmOptions } from "./tensor/matrices.ts";
export { gemm, matMul } from "./tensor/matrices.ts";
export type { BatchStatistics } from "./tensor/normalization.ts";
export {
  batchNormalization,
  batchNormalizationTraining,
  groupNormalization,
  instanceNormalization,
  layerNormalization,
  logSoftmax,
  rmsNormalization,
} from "./tensor/normalization.ts";
export type { ScatterOptions } from "./tensor/picking.ts";
export { gather, gatherElements, gatherND, oneHot, scatterElements, scatterND, topK } from "./tensor/picking.ts";
export type { AveragePoolOptions, PoolOptions } from "./tensor/pooling.ts";
export { averagePool, globalAveragePool, globalMaxPool, maxPool } from "./tensor/pooling.ts";
export { dequantizeLinear, dynamicQuantizeLinear, matMulInteger } from "./tensor/quantized.ts";
export type { ReduceOptions } from "./tensor/reductions.ts";
export { argMax, cumSum, reduceLogSumExp, reduceMax, reduceMean, reduceMin, reduceSum } from "./tensor/reductions.ts";
export type { PadOptions } from "./tensor/shaping.ts";
export {
  concat,
  expand,
  pad,
  reshape,
  shapeOf,
  slice,
  split,
  squeeze,
  transpose,
  unsqueeze,
} from "./tensor/shaping.ts";
export type { LabelEncoderOptions } from "./tensor/strings.ts";
export { countRuns, labelEncoder, splitAt, splitWords, stringConcat } from "./tensor/strings.ts";
export type { DecisionTree, DecisionTreesOptions } from "./tensor/trees.ts";
export { decisionTrees } from "./tensor/trees.ts";
export type { PerAxis, WindowOptions } from "./tensor/windows.ts";
export type { AccuracyOptions } from "./train/accuracy.ts";
export { accuracy } from "./train/accuracy.ts";
export type { Examples } from "./train/data/examples.ts";
export type { ExampleSource, ExampleStream, SourceContext, TrainingData } from "./train/data/source.ts";
export type {
  BestEvent,
  CheckpointEvent,
  EndEvent,
  EpochEvent,
  FitEvent,
  StartEvent,
  StepEvent,
} from "./train/events.ts";
export type { Fit } from "./train/fit.ts";
export { fit } from "./train/fit.ts";
export type { TrainedModel } from "./train/model.ts";
export type { CheckpointOptions, EarlyStopping, FitOptions, Metric, Monitor } from "./train/options.ts";
