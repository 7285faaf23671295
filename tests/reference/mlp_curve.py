"""Loss curves of an MLP under PyTorch, for packages/nn/src/train/curve.test.ts.

Run: python tests/reference/mlp_curve.py > packages/nn/src/train/fixtures/mlp-curve.json
"""
import json
import sys

import torch
from torch import nn

torch.manual_seed(7)
torch.set_num_threads(1)
rows, features, classes, batch, steps = 50, 6, 3, 20, 20
x = torch.randn(rows, features)
y = torch.randint(0, classes, (rows,))


def network():
    torch.manual_seed(11)
    return nn.Sequential(
        nn.Linear(features, 16), nn.ReLU(), nn.LayerNorm(16), nn.Linear(16, 8), nn.GELU(), nn.Linear(8, classes)
    )


def flat(tensor):
    return tensor.detach().double().flatten().tolist()


configurations = {
    "sgd": (lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01), None),
    "adam": (lambda p: torch.optim.Adam(p, lr=0.01), None),
    "adamw": (lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.1), 0.5),
}
curves = {}
for name, (make, clip) in configurations.items():
    net = network()
    optimizer = make(net.parameters())
    losses = []
    while len(losses) < steps:
        for start in range(0, rows, batch):
            if len(losses) == steps:
                break
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(net(x[start : start + batch]), y[start : start + batch])
            loss.backward()
            if clip is not None:
                nn.utils.clip_grad_norm_(net.parameters(), clip)
            optimizer.step()
            losses.append(loss.item())
    curves[name] = losses

initial = network()
parameters = {}
for index, layer in enumerate(initial):
    if isinstance(layer, nn.Linear):
        # Lepta keeps weights as [in, out].
        parameters[str(index)] = {
            "weight": {"shape": [layer.in_features, layer.out_features], "data": flat(layer.weight.T)},
            "bias": {"shape": [layer.out_features], "data": flat(layer.bias)},
        }
    elif isinstance(layer, nn.LayerNorm):
        parameters[str(index)] = {
            "scale": {"shape": [16], "data": flat(layer.weight)},
            "bias": {"shape": [16], "data": flat(layer.bias)},
        }
    else:
        parameters[str(index)] = {}
json.dump(
    {
        "torch": torch.__version__,
        "rows": rows,
        "features": features,
        "batch": batch,
        "x": flat(x),
        "y": y.tolist(),
        "parameters": parameters,
        "curves": curves,
    },
    sys.stdout,
)
