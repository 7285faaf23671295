"""PyTorch's training of the same LeNet, for compare-pytorch.ts: the tutorial's loop, one seed.

  python pytorch_lenet.py FOLDER --seed N --epochs N

FOLDER has train.pixels, train.labels, test.pixels and test.labels: bytes, pictures as [count, 3, 32, 32]. Prints one
JSON line with accuracies, losses and the seconds of the loop.
"""
import argparse
import json
import pathlib
import time

import torch
from torch import nn
import torch.nn.functional as F

parser = argparse.ArgumentParser()
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("--seed", type=int, required=True)
parser.add_argument("--epochs", type=int, required=True)
args = parser.parse_args()
torch.set_num_threads(1)
torch.manual_seed(args.seed)


def read(name):
    pixels = torch.frombuffer(bytearray((args.folder / f"{name}.pixels").read_bytes()), dtype=torch.uint8)
    labels = torch.frombuffer(bytearray((args.folder / f"{name}.labels").read_bytes()), dtype=torch.uint8)
    return (pixels.float().reshape(-1, 3, 32, 32) / 255 - 0.5) / 0.5, labels.long()


x, y = read("train")
test_x, test_y = read("test")
net = nn.Sequential(
    nn.Conv2d(3, 6, 5), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
)
optimizer = torch.optim.SGD(net.parameters(), lr=0.001, momentum=0.9)
begin = time.perf_counter()
for _ in range(args.epochs):
    total = 0.0
    for rows in torch.randperm(len(x)).split(4):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x[rows]), y[rows])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(rows)
seconds = time.perf_counter() - begin
with torch.no_grad():
    logits = net(test_x)
print(json.dumps({
    "testAccuracy": (logits.argmax(1) == test_y).float().mean().item(),
    "testLoss": F.cross_entropy(logits, test_y).item(),
    "trainLoss": total / len(x),
    "seconds": seconds,
}))
