"""Loss curves, running statistics and predictions of image networks under PyTorch, for
packages/nn/src/train/image-curves.test.ts. Weights and images follow from a formula that both sides compute.

Run: python tests/reference/image_curves.py > packages/nn/src/train/fixtures/image-curves.json
"""
import json
import sys

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(1)


def uniform(count, seed):
    i = np.arange(count, dtype=np.float64)
    u = np.sin(i * 12.9898 + seed * 78.233) * 43758.5453
    return (u - np.floor(u)) * 2 - 1


def images(count, channels, size):
    """Each class is a pattern of stripes under noise."""
    noise = uniform(count * channels * size * size, 1).reshape(count, channels, size, size)
    labels = np.arange(count) % 10
    columns = np.arange(size)
    stripes = np.sin(columns[None, :] * (labels[:, None] + 1) * 0.3)
    return torch.tensor((0.5 * noise + stripes[:, None, None, :]).astype(np.float32)), torch.tensor(labels)


def lenet():
    return nn.Sequential(
        nn.Conv2d(3, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    )


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.inner = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs),
        )
        same = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if same else nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
        )

    def forward(self, x):
        return F.relu(self.shortcut(x) + self.inner(x))


def resnet8():
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
        Block(16, 16, 1), Block(16, 32, 2), Block(32, 64, 2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10),
    )


def train(net, make, batch, steps, size):
    # Every parameter gets values by its place.
    scales = {id(m.weight) for m in net.modules() if isinstance(m, nn.BatchNorm2d)}
    for k, parameter in enumerate(net.parameters()):
        u = uniform(parameter.numel(), k + 2)
        shape = list(parameter.shape)
        if len(shape) == 1:
            data = 0.1 * u + (1 if id(parameter) in scales else 0)
        elif len(shape) == 2:
            # Lepta keeps the weights of linear layers as [in, out].
            data = (u * np.sqrt(3 / shape[1])).reshape(shape[1], shape[0]).T
        else:
            data = u * np.sqrt(3 / np.prod(shape[1:]))
        with torch.no_grad():
            parameter.copy_(torch.tensor(np.ascontiguousarray(data.reshape(shape)).astype(np.float32)))
    x, y = images(batch * steps, 3, size)
    optimizer = make(net.parameters())
    losses = []
    for start in range(0, batch * steps, batch):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x[start : start + batch]), y[start : start + batch])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    net.eval()
    flat = lambda t: [float(f"{v:.8g}") for v in t.detach().flatten().tolist()]
    with torch.no_grad():
        prediction = net(x[:4])
    norms = [m for m in net.modules() if isinstance(m, nn.BatchNorm2d)]
    return {
        "batch": batch,
        "size": size,
        "losses": losses,
        "prediction": flat(prediction),
        "mean": [flat(m.running_mean) for m in norms],
        "variance": [flat(m.running_var) for m in norms],
    }


def sgd(lr):
    return lambda parameters: torch.optim.SGD(parameters, lr=lr, momentum=0.9)


json.dump(
    {
        "torch": torch.__version__,
        "curves": {
            "lenet": train(lenet(), sgd(0.01), 4, 10, 32),
            "resnet8": train(resnet8(), sgd(0.02), 8, 6, 16),
        },
    },
    sys.stdout,
)
