// The one error class of this package and the list of its codes.

/** Every code that this package throws, with its one-line meaning. Each has a page in docs/errors. */
export const nnErrors = {
  "shape-mismatch": "two shapes cannot be combined by the operation",
  "dtype-mismatch": "an operation was given an element type that it does not take",
  "attribute-invalid": "an operation was given an option value that it does not take",
  "tensor-data-invalid": "tensor data whose length, shape and element type do not agree",
  "graph-invalid": "a graph breaks the rules that the verifier checks",
  "op-unknown": "an operator that the catalogue does not know",
  "no-gradient": "an operator without a gradient rule lies between the loss and a parameter",
  "model-file-invalid": "the bytes are not an ONNX model that this package can read",
  "model-too-large": "an ONNX model asks for more memory or nodes than is read",
  "model-data-external": "an ONNX model keeps its data in other files",
  "opset-unsupported": "an ONNX model uses a version of an operator set that is not read",
  "runtime-missing": "ONNX Runtime is not installed for this machine",
  "session-create-failed": "ONNX Runtime refused the model",
  "session-feed-invalid": "a run was given missing, unknown or wrongly typed inputs",
  "session-run-failed": "ONNX Runtime failed while running the model",
  "session-ended": "the process of a session was ended, by a limit or by a fault of native code",
  "session-closed": "a session was used after close()",
  "training-data-invalid": "the data given to fit cannot be trained on",
  "training-source-failed": "the source of examples given to fit threw an error",
  "training-option-invalid": "an option given to fit has a value that it cannot take",
  "training-aborted": "training was stopped by its signal",
  "loss-not-finite": "the loss became NaN or infinite",
  "checkpoint-invalid": "the bytes are not a checkpoint that this package can read",
  "checkpoint-mismatch": "the checkpoint is of another network, optimiser, data set or set of options",
  "provider-disagrees": "an execution provider computes the training step otherwise than the CPU",
  "files-unavailable": "a file was asked for where there is no file system",
  "file-unwritable": "a file cannot be written where it was asked for",
  "reporting-failed": "a service that a training is reported to refused or did not answer",
} as const;

export type NnErrorCode = keyof typeof nnErrors;

/** An error with a stable `code`, a public `message` (what was wrong, where) and the `fix` (what to do). */
export class NnError extends Error {
  readonly code: NnErrorCode;
  readonly fix: string;

  constructor(code: NnErrorCode, message: string, fix: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "NnError";
    this.code = code;
    this.fix = fix;
  }
}
