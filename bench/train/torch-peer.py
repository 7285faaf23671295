"""PyTorch's side of the training benchmark: one process a workload and mode, driven line by line over stdin.

  python torch-peer.py WORKLOAD --threads N [--compile]

Prints {"ready": true} once a first loss is known; for each line "steps N" it takes N training steps and prints
{"ms": milliseconds a step}; for "report" what it trains, how its loss fell and its peak memory. End of input ends it.
Shapes, losses and optimisers equal those of workloads.ts. One batch is drawn at the start and used by every step, so no
data loading is timed. --compile compiles forward and loss (and so the backward pass); the optimiser is torch.optim's.
"""
import argparse
import collections
import json
import resource
import sys
import time

import torch
from torch import nn
import torch.nn.functional as F


def classified(batch, shape, classes):
    """Normal noise around one pattern a class."""
    y = torch.arange(batch) % classes
    return torch.randn(classes, *shape)[y] + torch.randn(batch, *shape), y


def lenet(batch):
    net = nn.Sequential(
        nn.Conv2d(3, 6, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    )
    x, y = classified(batch, (3, 32, 32), 10)
    return net, torch.optim.SGD(net.parameters(), lr=0.001, momentum=0.9), lambda: F.cross_entropy(net(x), y)


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.a, self.na = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs)
        self.b, self.nb = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs)
        self.skip = (
            nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
            if stride != 1 or inputs != outputs else nn.Identity()
        )

    def forward(self, x):
        return F.relu(self.nb(self.b(F.relu(self.na(self.a(x))))) + self.skip(x))


def resnet20(batch):
    layers, width = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()], 16
    for stage, outputs in enumerate([16, 32, 64]):
        for block in range(3):
            layers.append(Block(width, outputs, 2 if stage > 0 and block == 0 else 1))
            width = outputs
    net = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))
    x, y = classified(batch, (3, 32, 32), 10)
    return net, torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4), lambda: F.cross_entropy(net(x), y)


def mlp(batch):
    net = nn.Sequential(nn.Linear(128, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 1))
    x, y = classified(batch, (128,), 2)
    y = y[:, None].float()
    return net, torch.optim.Adam(net.parameters(), lr=1e-3), lambda: F.binary_cross_entropy_with_logits(net(x), y)


class LstmClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.head = nn.LSTM(64, 128, batch_first=True), nn.Linear(128, 10)
        # Its two biases are always added; one of them is trained, as in ours.
        nn.init.zeros_(self.lstm.bias_hh_l0.requires_grad_(False))

    def forward(self, x):
        return self.head(self.lstm(x)[0][:, -1])


def lstm(batch):
    net = LstmClassifier()
    x, y = classified(batch, (64, 64), 10)
    return net, torch.optim.Adam(net.parameters(), lr=1e-3), lambda: F.cross_entropy(net(x), y)


class Transformer(nn.Module):
    def __init__(self, layers, width, heads, vocabulary, length):
        super().__init__()
        self.tokens, self.places = nn.Embedding(vocabulary, width), nn.Parameter(torch.randn(length, width) * 0.02)
        block = nn.TransformerEncoderLayer(width, heads, 4 * width, 0.0, "gelu", batch_first=True, norm_first=True)
        self.blocks = nn.TransformerEncoder(block, layers, enable_nested_tensor=False)
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, vocabulary)

    def forward(self, x):
        mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1])
        return self.head(self.norm(self.blocks(self.tokens(x) + self.places, mask=mask, is_causal=True)))


def transformer(layers, batch, length, width, heads, vocabulary):
    net = Transformer(layers, width, heads, vocabulary, length)
    rows = [torch.randint(0, 64, (batch,))]
    for _ in range(length):
        rows.append((rows[-1] * 5 + 3) % 64)
    x, y = torch.stack(rows[:-1], 1), torch.stack(rows[1:], 1).reshape(-1)
    return net, torch.optim.Adam(net.parameters(), lr=1e-3), lambda: F.cross_entropy(net(x).view(-1, vocabulary), y)


def vae(batch):
    encoder = nn.Sequential(nn.Linear(784, 400), nn.ReLU(), nn.Linear(400, 40))
    decoder = nn.Sequential(nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784))
    net = nn.ModuleList([encoder, decoder])
    x = torch.rand(batch, 784)

    def loss():
        mean, logvar = encoder(x).chunk(2, dim=1)
        z = mean + torch.exp(0.5 * logvar) * torch.randn_like(mean)
        reconstruction = F.binary_cross_entropy_with_logits(decoder(z), x, reduction="sum")
        return (reconstruction - 0.5 * torch.sum(1 + logvar - mean.pow(2) - logvar.exp())) / batch

    return net, torch.optim.Adam(net.parameters(), lr=1e-3), loss


class TabM(nn.Module):
    """As packages/ml/src/models/tabm.ts: the members' adapters scale the weights, one product serves all of them."""

    def __init__(self, groups, members, features, hidden, outputs, rate):
        super().__init__()
        uniform = lambda fan_in, *shape: nn.Parameter((torch.rand(*shape) * 2 - 1) / fan_in**0.5)  # noqa: E731
        networks = groups * members
        self.shape = (groups, members, outputs)
        self.r = nn.Parameter(torch.randn(features, groups, members, 1))
        self.s = nn.Parameter(torch.ones(1, groups, members, hidden))
        self.w, self.b = uniform(features, features, groups, 1, hidden), uniform(features, 1, networks * hidden)
        self.head = uniform(hidden, networks, hidden, outputs)
        self.head_b = uniform(hidden, networks, 1, outputs)
        self.drop = nn.Dropout(rate)

    def forward(self, x):
        networks = self.head.shape[0]
        h = torch.addmm(self.b, x, (self.w * self.r * self.s).reshape(x.shape[1], -1))
        h = self.drop(F.relu(h)).reshape(x.shape[0], networks, -1).transpose(0, 1)
        return torch.baddbmm(self.head_b, h, self.head).transpose(0, 1)


def tabm(batch):
    net = TabM(5, 8, 117, 32, 2, 0.2)
    x, y = classified(batch, (117,), 2)
    y = y[:, None].expand(-1, 40).reshape(-1)
    return net, torch.optim.AdamW(net.parameters(), lr=2e-3), lambda: F.cross_entropy(net(x).reshape(-1, 2), y)


WORKLOADS = {
    "lenet-4": lambda: lenet(4), "lenet-32": lambda: lenet(32), "lenet-128": lambda: lenet(128),
    "resnet20-64": lambda: resnet20(64), "mlp-256": lambda: mlp(256), "tabm-128": lambda: tabm(128),
    "lstm-32": lambda: lstm(32),
    "transformer-2": lambda: transformer(2, 16, 64, 128, 4, 1000),
    "transformer-4": lambda: transformer(4, 8, 128, 256, 8, 8000),
    "vae-128": lambda: vae(128),
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--compile", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.set_num_interop_threads(1)
    torch.manual_seed(0)
    net, optimizer, loss_of = WORKLOADS[args.workload]()
    if args.compile:
        loss_of = torch.compile(loss_of)
    taken, first, last = 0, [], collections.deque(maxlen=8)

    def steps(count):
        nonlocal taken
        for _ in range(count):
            optimizer.zero_grad(set_to_none=True)
            loss = loss_of()
            loss.backward()
            optimizer.step()
            taken += 1
            last.append(loss.detach())
            if len(first) < 8:
                first.append(loss.detach())
        return loss.item()

    steps(1)
    say = lambda message: print(json.dumps(message), flush=True)  # noqa: E731
    say({"ready": True})
    for line in sys.stdin:
        words = line.split()
        if words[0] == "steps":
            begin = time.perf_counter()
            steps(int(words[1]))
            say({"ms": (time.perf_counter() - begin) * 1000 / int(words[1])})
        else:
            say({
                "parameters": sum(p.numel() for p in net.parameters() if p.requires_grad),
                "steps": taken,
                "firstLoss": sum(map(float, first)) / len(first),
                "lastLoss": sum(map(float, last)) / len(last),
                "peakMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 2**20),
            })


main()
