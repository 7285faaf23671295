"""Results and gradients under PyTorch of the operators that image_ops.py leaves out, for
packages/nn/src/tensor/operators.test.ts. Inputs follow from a formula that both sides compute.

Run: python tests/reference/tensor_ops.py > packages/nn/src/tensor/fixtures/tensor-ops.json
"""
import json
import sys

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
signed, positive, inside = (-2, 2), (0.2, 2), (-0.9, 0.9)


def values(shape, seed, low, high):
    """low + (high - low) · frac(sin(i · 12.9898 + seed · 78.233) · 43758.5453)."""
    i = np.arange(int(np.prod(shape)), dtype=np.float64)
    u = np.sin(i * 12.9898 + seed * 78.233) * 43758.5453
    return torch.tensor((low + (high - low) * (u - np.floor(u))).astype(np.float32).reshape(shape))


cases = {}


def case(name, shapes, run, bounds=signed):
    inputs = [values(shape, k + 1, *bounds).requires_grad_() for k, shape in enumerate(shapes)]
    y = run(*inputs)
    (y * values(list(y.shape), 9, -1, 1)).sum().backward()
    flat = lambda t: [float(f"{v:.8g}") for v in t.detach().flatten().tolist()]
    cases[name] = {
        "shapes": shapes,
        "range": bounds,
        "shape": list(y.shape),
        "y": flat(y),
        "gradients": [flat(x.grad) for x in inputs],
    }


def ids(*rows):
    return torch.tensor(rows)


def elman(h, xs, w):
    states = []
    for x in xs:
        h = torch.tanh(h @ w + x)
        states.append(h)
    return torch.stack(states)


def decayed(h, xs):
    states = []
    for x in xs:
        h = torch.sigmoid(x) * h + x
        states.append(h)
    return torch.stack(states)


binary = [[[2, 3], [2, 3]], [[2, 1, 3], [4, 1]], [[], [3]]]
for k, shapes in enumerate(binary):
    case(f"add {k}", shapes, torch.add)
    case(f"sub {k}", shapes, torch.sub)
    case(f"mul {k}", shapes, torch.mul)
    case(f"div {k}", shapes, torch.div, positive)
    case(f"pow {k}", shapes, torch.pow, positive)
    case(f"min {k}", shapes, torch.minimum)
    case(f"max {k}", shapes, torch.maximum)
    case(f"mod {k}", shapes, torch.fmod, positive)
    case(f"where greater {k}", shapes, lambda a, b: torch.where(a > b, a * b, a - b))
    case(f"where less or equal {k}", shapes, lambda a, b: torch.where(a <= b, a, b * b))
for name, run in {
    "neg": torch.neg,
    "abs": torch.abs,
    "exp": torch.exp,
    "sin": torch.sin,
    "cos": torch.cos,
    "sinh": torch.sinh,
    "cosh": torch.cosh,
    "asinh": torch.asinh,
    "atan": torch.atan,
    "erf": torch.erf,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "softplus": F.softplus,
    "gelu": F.gelu,
    "silu": F.silu,
    "mish": F.mish,
    "leakyRelu": lambda x: F.leaky_relu(x, 0.2),
    "elu": lambda x: F.elu(x, 1.5),
    "hardSigmoid": F.hardsigmoid,
    "hardSwish": F.hardswish,
    "square": lambda x: x**2,
    "cube": lambda x: x**3,
    "clip": lambda x: torch.clamp(x, -1, 0.5),
}.items():
    case(name, [[2, 5]], run)
for name in ["sqrt", "log", "reciprocal"]:
    case(name, [[2, 5]], getattr(torch, name), positive)
for name in ["tan", "asin", "acos", "atanh"]:
    case(name, [[2, 5]], getattr(torch, name), inside)
case("acosh", [[2, 5]], torch.acosh, (1.2, 3))

for k, (shape, axes) in enumerate([([2, 3, 4], (0, 2)), ([3, 4], (1,)), ([2, 1, 3, 2], (2,))]):
    case(f"reduceSum {k}", [shape], lambda x: x.sum(axes))
    case(f"reduceMean {k}", [shape], lambda x: x.mean(axes, keepdim=True))
    case(f"reduceMax {k}", [shape], lambda x: x.amax(axes))
    case(f"reduceMin {k}", [shape], lambda x: x.amin(axes))
    case(f"reduceLogSumExp {k}", [shape], lambda x: torch.logsumexp(x, axes))
    case(f"reduceProd {k}", [shape], lambda x: x.prod(axes[-1]))
    case(f"softmax {k}", [shape], lambda x: torch.softmax(x, axes[0]))
    case(f"logSoftmax {k}", [shape], lambda x: torch.log_softmax(x, axes[0]))
    case(f"cumSum {k}", [shape], lambda x: torch.cumsum(x, axes[0]))
    case(f"cumSum reversed {k}", [shape], lambda x: x.flip(axes[0]).cumsum(axes[0]).flip(axes[0]))

for k, shapes in enumerate(
    [[[2, 3], [3, 4]], [[4, 2, 3], [3, 2]], [[2, 1, 2, 3], [3, 3, 2]], [[3], [3, 2]], [[2, 2, 3], [3]]]
):
    case(f"matMul {k}", shapes, torch.matmul)
case("gemm", [[2, 3], [3, 4], [4]], lambda a, b, c: 0.5 * a @ b + 2 * c)
case("gemm first transposed", [[3, 2], [3, 4]], lambda a, b: a.T @ b)
case("gemm second transposed", [[2, 3], [4, 3], [2, 1]], lambda a, b, c: a @ b.T + c)
case("gemm both transposed", [[3, 2], [4, 3]], lambda a, b: a.T @ b.T)
case("einsum product", [[2, 3, 4], [2, 5, 4]], lambda a, b: torch.einsum("bqd,bkd->bqk", a, b))
case("einsum diagonal sum", [[2, 3], [3, 2]], lambda a, b: torch.einsum("ij,ji->i", a, b))
case("einsum outer", [[3], [2]], lambda a, b: torch.einsum("i,j->ji", a, b))

case("reshape", [[2, 6]], lambda x: x.reshape(3, 4))
case("squeeze", [[2, 1, 3]], lambda x: x.squeeze(1))
case("unsqueeze", [[2, 3]], lambda x: x[None, :, None])
case("expand", [[2, 1]], lambda x: x.expand(3, 2, 4))
case("transpose", [[2, 3, 4]], lambda x: x.permute(2, 0, 1))
case("slice", [[3, 5]], lambda x: x[:, 1:-1])
case("slice by twos", [[5, 2]], lambda x: x[::2])
case("concat", [[2, 3], [2, 2]], lambda a, b: torch.cat([a, b, a], 1))
case("split", [[2, 5]], lambda x: torch.split(x, [2, 3], 1)[1])
case("split product", [[4, 2]], lambda x: torch.mul(*torch.split(x, 2)))
case("tile", [[2, 3]], lambda x: x.tile(3, 2))
case("trilu", [[2, 3, 4]], lambda x: torch.triu(x, 1))
case("pad", [[2, 3]], lambda x: F.pad(x, (1, 2, 0, 1), value=0.5))
case("gather", [[3, 2]], lambda x: x[ids([2, 0], [2, 1])])
case("gather second axis", [[2, 3, 2]], lambda x: x[:, ids(2, 0, 2)])
case("gatherElements", [[3, 2]], lambda x: x.gather(1, ids([1, 0], [1, 1], [0, 0])))
case("gatherND", [[3, 2, 2]], lambda x: x[ids(0, 2, 0), ids(1, 0, 1)])
case("scatterElements", [[3, 3], [2, 3]], lambda x, u: x.scatter(0, ids([2, 0, 1], [0, 1, 2]), u))
case("scatterElements added", [[3, 3], [2, 3]], lambda x, u: x.scatter_add(1, ids([2, 0, 0], [1, 1, 1]), u))
case("scatterND", [[4, 3], [2, 3]], lambda x, u: x.index_copy(0, ids(3, 1), u))
case("scatterND added", [[4, 3], [2, 3]], lambda x, u: x.index_add(0, ids(3, 3), u))
case("topK", [[3, 5]], lambda x: x.topk(2, 1).values)
case("topK first axis", [[3, 5]], lambda x: x.topk(2, 0).values)

case("layerNormalization", [[2, 3, 4], [4], [4]], lambda x, w, b: F.layer_norm(x, [4], w, b))
case("layerNormalization two axes", [[2, 3, 4], [3, 4]], lambda x, w: F.layer_norm(x, [3, 4], w))
case("rmsNormalization", [[2, 3, 4], [4]], lambda x, w: F.rms_norm(x, [4], w, eps=1e-6))
case("groupNormalization", [[2, 4, 5], [4], [4]], lambda x, w, b: F.group_norm(x, 2, w, b))
case("instanceNormalization", [[2, 2, 6], [2], [2]], lambda x, w, b: F.instance_norm(x, weight=w, bias=b))
case("batchNormalization", [[5, 3], [3], [3]], lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True))
case("resize 1-D", [[1, 2, 4]], lambda x: F.interpolate(x, size=7, mode="linear", align_corners=False))
case("resize doubled", [[1, 2, 3, 2]], lambda x: F.interpolate(x, scale_factor=2, mode="nearest"))
# ONNX's order: the place in the block before the channel.
case("spaceToDepth", [[1, 2, 4, 2]], lambda x: F.pixel_unshuffle(x, 2).unflatten(1, (2, 4)).transpose(1, 2).flatten(1, 2))
case("scan elman", [[2, 3], [4, 2, 3], [3, 3]], elman)
case("scan decay", [[3], [5, 3]], decayed)
json.dump({"torch": torch.__version__, "cases": cases}, sys.stdout)
