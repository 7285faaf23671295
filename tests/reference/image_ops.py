"""Results and gradients of convolutions, pools, normalisations, padding and resizing under PyTorch, for
packages/nn/src/tensor/images.test.ts. Inputs follow from a formula that both sides compute.

Run: python tests/reference/image_ops.py > packages/nn/src/tensor/fixtures/image-ops.json
"""
import json
import sys

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)


def values(shape, seed, ties=False):
    """frac(sin(i · 12.9898 + seed · 78.233) · 43758.5453) · 2 - 1; whole numbers -1, 0, 1 with ties."""
    i = np.arange(int(np.prod(shape)), dtype=np.float64)
    u = np.sin(i * 12.9898 + seed * 78.233) * 43758.5453
    u = u - np.floor(u)
    data = np.floor(u * 3) - 1 if ties else u * 2 - 1
    return torch.tensor(data.astype(np.float32).reshape(shape))


def conv(**options):
    def run(x, w, b=None):
        return [F.conv1d, F.conv2d][x.dim() - 3](x, w, b, **options)

    return run


def transposed(**options):
    def run(x, w, b=None):
        return [F.conv_transpose1d, F.conv_transpose2d][x.dim() - 3](x, w, b, **options)

    return run


def instance(x, w, b):
    return F.instance_norm(x, weight=w, bias=b)


cases = {
    "conv1d": ([[2, 3, 9], [4, 3, 3], [4]], conv(stride=2, padding=1)),
    "conv2d": ([[2, 3, 6, 7], [4, 3, 3, 2], [4]], conv()),
    "conv2d strided, dilated": ([[2, 2, 9, 8], [3, 2, 3, 3], [3]], conv(stride=2, padding=2, dilation=2)),
    "conv2d in groups": ([[2, 4, 5, 5], [6, 2, 3, 3]], conv(groups=2, padding=1)),
    "conv2d depthwise": ([[2, 3, 6, 6], [3, 1, 3, 3]], conv(groups=3, stride=2, padding=1)),
    "convTranspose1d": ([[2, 3, 5], [3, 2, 4], [2]], transposed(stride=2, padding=1)),
    "convTranspose2d": ([[2, 3, 4, 3], [3, 2, 3, 3], [2]], transposed(stride=2, padding=1, output_padding=1)),
    "convTranspose2d in groups": ([[1, 4, 3, 3], [4, 1, 2, 2]], transposed(groups=2, dilation=2)),
    "maxPool": ([[2, 3, 6, 4]], lambda x: F.max_pool2d(x, 2)),
    "maxPool ties": ([[2, 3, 7, 6]], lambda x: F.max_pool2d(x, 2)),
    "maxPool overlapping": ([[2, 2, 7, 7]], lambda x: F.max_pool2d(x, 3, 2, 1)),
    "maxPool overlapping ties": ([[2, 2, 7, 7]], lambda x: F.max_pool2d(x, 3, 2, 1)),
    "maxPool ceil": ([[1, 2, 6, 5]], lambda x: F.max_pool2d(x, (3, 2), 2, ceil_mode=True)),
    "averagePool": ([[2, 3, 6, 4]], lambda x: F.avg_pool2d(x, 2)),
    "averagePool overlapping": ([[2, 2, 7, 7]], lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=False)),
    "averagePool padding counted": ([[2, 2, 7, 7]], lambda x: F.avg_pool2d(x, 3, 2, 1)),
    "averagePool ceil": ([[1, 2, 6, 6]], lambda x: F.avg_pool2d(x, 3, 2, ceil_mode=True)),
    "globalAveragePool": ([[2, 3, 4, 5]], lambda x: F.adaptive_avg_pool2d(x, 1)),
    "globalMaxPool": ([[2, 3, 4, 5]], lambda x: F.adaptive_max_pool2d(x, 1)),
    "batchNormalization": ([[3, 4, 5, 2], [4], [4]], lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True)),
    "instanceNormalization": ([[2, 3, 4, 5], [3], [3]], instance),
    "groupNormalization": ([[2, 6, 4, 3], [6], [6]], lambda x, w, b: F.group_norm(x, 3, w, b)),
    "rmsNormalization": ([[4, 7], [7]], lambda x, w: F.rms_norm(x, [7], w, eps=1e-6)),
    "pad reflect": ([[1, 2, 5, 4]], lambda x: F.pad(x, (2, 1, 1, 3), mode="reflect")),
    "pad edge": ([[1, 2, 5, 4]], lambda x: F.pad(x, (2, 1, 1, 3), mode="replicate")),
    "pad constant": ([[1, 2, 5, 4]], lambda x: F.pad(x, (2, -1, 1, 3), value=0.5)),
    "resize nearest": ([[1, 2, 4, 5]], lambda x: F.interpolate(x, size=(7, 3), mode="nearest")),
    "resize linear": ([[1, 2, 4, 5]], lambda x: F.interpolate(x, size=(7, 3), mode="bilinear", align_corners=False)),
    "resize corners": ([[1, 2, 4, 5]], lambda x: F.interpolate(x, size=(7, 3), mode="bilinear", align_corners=True)),
    "depthToSpace": ([[2, 8, 2, 3]], lambda x: F.pixel_shuffle(x, 2)),
}
out = {"torch": torch.__version__, "cases": {}}
for name, (shapes, run) in cases.items():
    inputs = [values(shape, k + 1, "ties" in name).requires_grad_() for k, shape in enumerate(shapes)]
    y = run(*inputs)
    (y * values(list(y.shape), 9)).sum().backward()
    flat = lambda t: [float(f"{v:.8g}") for v in t.detach().flatten().tolist()]
    out["cases"][name] = {
        "shapes": shapes,
        "shape": list(y.shape),
        "y": flat(y),
        "gradients": [flat(x.grad) for x in inputs],
    }
json.dump(out, sys.stdout)
