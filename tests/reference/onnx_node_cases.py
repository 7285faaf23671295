"""ONNX's own node cases (onnx.backend.test, version 1.23.2) with the gradients of their floats, for
packages/nn/src/grad/onnx-node-cases.test.ts.

Of every case: the model, its inputs and outputs, and d(sum of w · y)/dx by central differences of ONNX's reference
implementation in double precision, at 24 places of every float input at most. w = sin(1.7 k + 0.3), k counting through
the float outputs. Where there is no slope (a kink, a jump, a number that is not finite) null stands, and nothing is compared. Left out: cases of sequences and optional values, cases without a float output, tensors above 1,000 elements,
and cases whose outputs are random. Models of operator sets after 23 are written as 23 where ONNX's checker takes them.

Run: pip install onnx==1.23.2; python tests/reference/onnx_node_cases.py packages/nn/src/grad/fixtures/onnx-node-cases.jsonl.gz
"""
import base64
import gzip
import json
import sys
import warnings

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper
from onnx.backend.test.case.node import collect_testcases
from onnx.reference import ReferenceEvaluator

warnings.filterwarnings("ignore")
np.seterr(all="ignore")
largest, places = 1000, 24
floats = (np.float16, np.float32, np.float64)
newest = 23
# The reference implementation's 1-norm leaves out the magnitudes: its slopes at 0 are another function's.
wrong_reference = "test_l1normalization"
random_operators = {"Bernoulli", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial"}


def is_float(a):
    return isinstance(a, np.ndarray) and a.dtype.type in floats


def double_tensor(t):
    if t.data_type not in (TensorProto.FLOAT, TensorProto.FLOAT16):
        return t
    return numpy_helper.from_array(numpy_helper.to_array(t).astype(np.float64), t.name)


def double_type(type_proto):
    tensor = type_proto.tensor_type
    if tensor.elem_type in (TensorProto.FLOAT, TensorProto.FLOAT16):
        tensor.elem_type = TensorProto.DOUBLE


def make_double(graph):
    """All floats of the graph, subgraphs too, as doubles."""
    for info in [*graph.input, *graph.output, *graph.value_info]:
        double_type(info.type)
    for t in graph.initializer:
        t.CopyFrom(double_tensor(t))
    for node in graph.node:
        for a in node.attribute:
            if node.op_type == "Cast" and a.name == "to" and a.i in (TensorProto.FLOAT, TensorProto.FLOAT16):
                a.i = TensorProto.DOUBLE
            if a.name in ("stash_type", "softmax_precision", "dtype") and a.i in (1, 10):
                a.i = TensorProto.DOUBLE
            if a.type == onnx.AttributeProto.TENSOR:
                a.t.CopyFrom(double_tensor(a.t))
            if a.type == onnx.AttributeProto.GRAPH:
                make_double(a.g)
            if node.op_type == "Constant" and a.name in ("value_float", "value_floats"):
                numbers = a.f if a.name == "value_float" else list(a.floats)
                a.CopyFrom(onnx.helper.make_attribute("value", numpy_helper.from_array(np.array(numbers, np.float64))))


def weighted(outputs):
    total, k = 0.0, 0
    for y in outputs:
        if is_float(y):
            total += float(np.sum(np.sin(1.7 * np.arange(k, k + y.size) + 0.3) * y.astype(np.float64).ravel()))
            k += y.size
    return total


def slope_at(middle, moved):
    """The slope, NaN where there is none: of a step that the function's rounding (some run in single precision inside)
    does not drown, and that a step of another size and both sides agree with."""
    for step, other, sides in ((1e-5, 1e-4, 2e-3), (1e-3, 2e-3, 4e-3)):
        below, above = moved(-step), moved(step)
        slope = (above - below) / (2 * step)
        again = (moved(other) - moved(-other)) / (2 * other)
        apart = abs((above - middle) - (middle - below)) / step
        scale = 1 + abs(slope)
        if np.isfinite(slope) and abs(slope - again) <= 5e-4 * scale and apart <= sides * scale:
            return float(slope)
    return float("nan")


def gradient(model, names, inputs):
    """By input: the places and the slopes there."""
    double = onnx.ModelProto()
    double.CopyFrom(model)
    make_double(double.graph)
    run = ReferenceEvaluator(double)
    feeds = {n: (a.astype(np.float64) if is_float(a) else a) for n, a in zip(names, inputs)}
    at = lambda: weighted([np.asarray(y) for y in run.run(None, feeds)])
    middle = at()
    found = {}
    for name in names:
        x = feeds[name]
        if not is_float(x) or x.size == 0:
            continue
        chosen = np.unique(np.linspace(0, x.size - 1, min(places, x.size)).astype(int))
        slopes = []
        for place in chosen:
            index = np.unravel_index(place, x.shape)

            def moved(shift):
                feeds[name] = x.copy()
                feeds[name][index] += shift
                return at()

            slopes.append(slope_at(middle, moved))
            feeds[name] = x
        found[name] = (chosen, np.array(slopes))
    return found


def text(data):
    return base64.b64encode(data).decode()


def standard_version(model):
    return max((o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), default=0)


def relabelled(model):
    if standard_version(model) <= newest:
        return model
    other = onnx.ModelProto()
    other.CopyFrom(model)
    for o in other.opset_import:
        if o.domain in ("", "ai.onnx"):
            o.version = newest
    try:
        onnx.checker.check_model(other)
    except Exception:
        return model
    return other


lines, left_out, without = [], 0, 0
for case in collect_testcases(None):
    ops = {n.op_type for n in case.model.graph.node}
    inputs, outputs = case.data_sets[0]
    arrays = [*inputs, *outputs]
    plain = all(isinstance(a, (np.ndarray, np.generic)) for a in arrays)
    if (
        not plain
        or ops & random_operators
        or not any(is_float(np.asarray(a)) for a in outputs)
        or any(np.asarray(a).size > largest for a in arrays)
    ):
        left_out += 1
        continue
    inputs, outputs = [np.asarray(a) for a in inputs], [np.asarray(a) for a in outputs]
    try:
        protos = [[text(numpy_helper.from_array(a).SerializeToString()) for a in group] for group in (inputs, outputs)]
    except Exception:
        left_out += 1
        continue
    model = relabelled(case.model)
    model.graph.doc_string = ""
    names = [i.name for i in model.graph.input]
    try:
        slopes = None if case.name.startswith(wrong_reference) else gradient(case.model, names, inputs)
    except Exception as error:
        print("no gradient:", case.name, repr(error)[:150], file=sys.stderr)
        slopes, without = None, without + 1
    lines.append(
        json.dumps(
            {
                "name": case.name,
                "model": text(model.SerializeToString()),
                "inputs": protos[0],
                "outputs": protos[1],
                "tolerance": [case.rtol, case.atol],
                "gradients": slopes
                and {
                    name: {"at": at.tolist(), "slope": [None if np.isnan(v) else float(f"{v:.6g}") for v in slope]}
                    for name, (at, slope) in slopes.items()
                },
            }
        )
    )
with gzip.GzipFile(sys.argv[1], "wb", 9, mtime=0) as out:
    out.write("\n".join(lines).encode())
print(f"{len(lines)} cases, {left_out} left out, {without} without gradients", file=sys.stderr)
