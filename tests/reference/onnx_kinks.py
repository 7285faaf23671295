"""Functions at the places where a slope is a matter of choice (bounds, ties, zero vectors, zeros in products), as PyTorch's
two exporters write them, with PyTorch's gradients in double precision, for packages/nn/src/grad/kinks.test.ts.

The loss is the sum of w · y with w = 1, 2, 3, … over the elements of y.

Run: python tests/reference/onnx_kinks.py packages/nn/src/grad/fixtures/kinks.json (needs torch, onnx and onnxscript)
"""
import base64
import json
import os
import sys
import tempfile
import warnings

import onnx
import torch
import torch.nn.functional as F

warnings.filterwarnings("ignore")
torch.set_num_threads(1)


class Net(torch.nn.Module):
    def __init__(self, run):
        super().__init__()
        self.run = run

    def forward(self, *inputs):
        return self.run(*inputs)


def exported(net, inputs, dynamo):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "net.onnx")
        names = dict(input_names=[f"x{i}" for i in range(len(inputs))], output_names=["y"])
        if dynamo:
            torch.onnx.export(net, inputs, path, dynamo=True, external_data=False, opset_version=20, verbose=False, **names)
        else:
            torch.onnx.export(net, inputs, path, dynamo=False, opset_version=18, do_constant_folding=True, **names)
        model = onnx.load(path)
    for node in model.graph.node:
        node.doc_string = ""
        node.ClearField("metadata_props")
    for value in [*model.graph.input, *model.graph.output, *model.graph.value_info]:
        value.ClearField("metadata_props")
    model.graph.ClearField("value_info")
    model.ClearField("metadata_props")
    return base64.b64encode(model.SerializeToString()).decode()


cases = {}


def case(name, run, *inputs, without=()):
    """`without` names exporters whose file does not compute what the function does, or cannot be told from another one."""
    inputs = [torch.tensor(x, dtype=torch.float32) for x in inputs]
    files = {}
    for dynamo in (True, False):
        if ("dynamo" if dynamo else "script") in without:
            continue
        try:
            files["dynamo" if dynamo else "script"] = exported(Net(run).eval(), tuple(inputs), dynamo)
        except Exception as error:
            print("not exported:", name, dynamo, repr(error)[:200], file=sys.stderr)
    wide = [x.double().requires_grad_() for x in inputs]
    y = run(*wide)
    (y * torch.arange(1, y.numel() + 1, dtype=torch.float64).reshape(y.shape)).sum().backward()
    flat = lambda t: [float(f"{v:.9g}") for v in t.detach().flatten().tolist()]
    cases[name] = {
        "inputs": [{"shape": list(x.shape), "data": flat(x)} for x in inputs],
        "y": flat(y),
        "gradients": [flat(x.grad if x.grad is not None else torch.zeros_like(x)) for x in wide],
        "files": files,
    }


line = [-3.0, -1.0, 0.0, 0.5, 1.0, 3.0]
rows = [[0.0, 0.0, 0.0], [3.0, -4.0, 0.0], [1.0, 1.0, -2.0]]
for name, run in {
    "relu": F.relu,
    "leaky relu": lambda x: F.leaky_relu(x, 0.1),
    "elu": lambda x: F.elu(x, 0.7),
    "selu": F.selu,
    "celu": lambda x: F.celu(x, 0.7),
    "gelu": F.gelu,
    "gelu by tanh": lambda x: F.gelu(x, approximate="tanh"),
    "abs": torch.abs,
    "softsign": F.softsign,
    "clamp": lambda x: torch.clamp(x, -1.0, 1.0),
    "clamp from below": lambda x: torch.clamp(x, min=0.5),
    "clamp from above": lambda x: torch.clamp(x, max=0.5),
    "square": lambda x: x**2,
    "cube": lambda x: x**3,
    "power 1": lambda x: x**1.0,
    "power 0": lambda x: x**0.0 + x,
    "silu": F.silu,
    "mish": F.mish,
    "softplus": F.softplus,
}.items():
    case(name, run, line)
case("power of two tensors", lambda x, y: torch.pow(x, y), [0.0, 0.0, 2.0, 3.0], [0.0, 2.0, 0.0, 1.5])
case("prelu with one slope", lambda x, w: F.prelu(x, w), [line, line], [0.25])
case("prelu with a slope a channel", lambda x, w: F.prelu(x, w), [[[0.0, -2.0], [0.0, 3.0], [-1.0, 0.0]]], [0.5, -0.25, 2.0])
# Maxima and minima of tensors share ties, and dynamo writes these as such.
case("clamp with bounds as inputs", lambda x, low, high: torch.clamp(x, low, high), line, -1.0, 0.5, without=["dynamo"])
case("clamp with crossed bounds", lambda x, low, high: torch.clamp(x, low, high), line, 0.5, -1.0, without=["dynamo"])
case("clamp with one bound for both", lambda x, low, high: torch.clamp(x, low, high), line, 0.5, 0.5, without=["dynamo"])
case("clamp from below by an input", lambda x, low: torch.clamp(x, min=low), line, 0.5, without=["dynamo"])
case("clamp from above by an input", lambda x, high: torch.clamp(x, max=high), line, 0.5, without=["dynamo"])
case("maximum", torch.maximum, [1.0, 2.0, 3.0], [1.0, 3.0, 2.0])
case("minimum", torch.minimum, [1.0, 2.0, 3.0], [1.0, 3.0, 2.0])
case("amax", lambda x: torch.amax(x, 1), [[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])
case("amin", lambda x: torch.amin(x, 0), [[1.0, 3.0, 3.0], [1.0, 2.0, 3.0]])
case("product", lambda x: torch.prod(x, 1), [[2.0, 3.0, 0.5], [0.0, 3.0, 2.0], [0.0, 0.0, 2.0]])
case("logsumexp", lambda x: torch.logsumexp(x, 1), [[1.0, 1.0], [-200.0, 300.0]])

# Norms of zero vectors, in the spellings of people and exporters.
for keep in (False, True):
    case(f"norm{' kept' if keep else ''}", lambda x, keep=keep: x.norm(dim=1, keepdim=keep), rows)
for p in (1, 2, 3, 1.5, 4):
    case(f"{p}-norm", lambda x, p=p: torch.linalg.vector_norm(x, p, dim=1), rows)
case("largest magnitude", lambda x: torch.linalg.vector_norm(x, float("inf"), dim=1), [[1.0, -2.0, 0.5], [3.0, 1.0, 0.0]])
case("norm of all", lambda x: x.norm(), [[0.0, 0.0], [0.0, 0.0]])
case("norm over two axes", lambda x: torch.linalg.vector_norm(x, 2, dim=(1, 2)), [[[0.0, 0.0]], [[3.0, 4.0]]])
case("matrix norm", lambda x: torch.linalg.matrix_norm(x), [[[0.0, 0.0], [0.0, 0.0]], [[1.0, 2.0], [2.0, 4.0]]])
case("normalize", lambda x: F.normalize(x, dim=1), rows)
case("normalize by the 1-norm", lambda x: F.normalize(x, p=1.0, dim=1), rows)
# Without the epsilons that are left out, or with another place for them, some files are other functions at 0.
case("cosine similarity", lambda x, y: F.cosine_similarity(x, y, dim=1), rows, [[1.0, 2.0, 2.0], [0.0, 0.0, 0.0], [2.0, -1.0, 0.5]], without=["script"])
case("pairwise distance", lambda x, y: F.pairwise_distance(x, y), rows, [[1.0, 2.0, 2.0], [3.0, -4.0, 0.0], [2.0, -1.0, 0.5]], without=["script"])
case("distances by cdist", lambda x, y: torch.cdist(x, y), rows, [[3.0, -4.0, 0.0], [0.0, 0.0, 1.0]])
case("distances by cdist by products", lambda x, y: torch.cdist(x, y, compute_mode="use_mm_for_euclid_dist"), rows, [[3.0, -4.0, 0.0], [0.0, 0.0, 1.0]])
case("standard deviation", lambda x: torch.std(x, dim=1), [[1.0, 2.0, 4.0], [3.0, 1.0, 0.5]])

# Scattering with a reduction: ties, zeros, and what stood there counted or not.
index = torch.tensor([[0, 0, 1], [0, 2, 1], [0, 2, 1]])
ties = [[2.0, 1.0, 0.0], [2.0, -1.0, 3.0], [1.0, 4.0, 3.0]]
for reduce in ("amax", "amin", "prod", "sum"):
    for own in (True, False):
        case(
            f"scatter {reduce}, {'counting' if own else 'not counting'} what stood there",
            lambda x, u, reduce=reduce, own=own: x.scatter_reduce(0, index, u, reduce, include_self=own),
            # PyTorch counts an equal value that stood there among the ties even where it is not to count.
            [[2.0 if own else 7.0, 0.0, 3.0], [1.0, 1.0, 3.0 if own else 7.0], [1.0, 4.0 if own else 7.0, 5.0]],
            ties,
        )
case(
    "scatter prod with zeros",
    lambda x, u: x.scatter_reduce(0, index, u, "prod"),
    [[0.0, 2.0, 3.0], [2.0, 1.0, 0.0], [1.0, 4.0, 5.0]],
    [[2.0, 0.0, 3.0], [3.0, 0.0, 0.0], [1.0, 4.0, 2.0]],
)
case(
    "scatter along the last axis",
    lambda x, u: x.scatter_reduce(-1, index, u, "amax"),
    [[2.0, 0.0, 3.0], [1.0, 1.0, 3.0], [1.0, 4.0, 5.0]],
    ties,
)
case("pad by a value", lambda x, v: F.pad(x, (1, 2), value=1.5) * v, [[1.0, 2.0], [3.0, 4.0]], 2.0)
with open(sys.argv[1], "w") as out:
    json.dump(cases, out)
