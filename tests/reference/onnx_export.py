"""Networks exported by PyTorch, with their scores, for packages/nn/src/train/trainable.test.ts.

Run: python tests/reference/onnx_export.py packages/nn/src/train/fixtures/exported
(needs torch, onnx and onnxscript; writes small .onnx files and exported.json)
"""
import json
import pathlib
import sys
import warnings

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
generator = np.random.default_rng(5)


class Cnn(nn.Module):
    """Four classes of 8 x 8 pictures."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(8, 12, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1),
        )
        self.drop = nn.Dropout(0.2)
        self.classifier = nn.Linear(12, 4)

    def forward(self, x):
        return self.classifier(self.drop(self.features(x).flatten(1)))


class Block(nn.Module):
    """A transformer block over six tokens."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20, 16)
        self.encoder = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True, activation="gelu")
        self.out = nn.Linear(16, 3)

    def forward(self, ids):
        return self.out(self.encoder(self.embedding(ids)).mean(1))


class Sequences(nn.Module):
    """Three classes of texts of eight tokens, by a recurrent network from both ends."""

    def __init__(self, kind, layers):
        super().__init__()
        self.embedding = nn.Embedding(12, 6)
        self.recurrent = getattr(nn, kind)(6, 5, num_layers=layers, bidirectional=True, batch_first=True)
        self.out = nn.Linear(20, 3)

    def forward(self, ids):
        steps, states = self.recurrent(self.embedding(ids))
        last = states[0] if isinstance(states, tuple) else states
        return self.out(torch.cat([steps.mean(1), last[-2], last[-1]], 1))


def texts(count):
    """Which of three tokens occurs most often, among others; the first of them where it is not clear."""
    x = generator.integers(0, 12, (count, 8))
    y = np.stack([(x == token).sum(1) for token in (0, 4, 8)], 1).argmax(1)
    return torch.tensor(x), torch.tensor(y)


def pictures(count):
    """Waves in one of four directions under noise, as digits 0 to 9."""
    y = generator.integers(0, 4, count)
    row, column = np.meshgrid(np.arange(8), np.arange(8), indexing="ij")
    ways = np.stack([row, column, (row + column) / 1.4, (row - column) / 1.4])
    phase = generator.uniform(0, 2 * np.pi, (count, 1, 1))
    x = 4.5 + 2.5 * np.sin(ways[y] * 1.6 + phase) + generator.normal(0, 2.6, (count, 8, 8))
    return np.clip(np.rint(x), 0, 9).astype(int), y


def scaled(x):
    return torch.tensor((x - 4.5) / 3, dtype=torch.float32).reshape(-1, 1, 8, 8)


def digits(x):
    return "".join(map(str, np.asarray(x).flatten().tolist()))


def flat(tensor):
    return [round(value, 7) for value in tensor.detach().double().flatten().tolist()]


def export(net, example, name, opset, dynamo):
    path = folder / f"{name}.onnx"
    common = dict(opset_version=opset, input_names=["x"], output_names=["scores"], verbose=False)
    if dynamo:
        batch = torch.export.Dim("batch")
        torch.onnx.export(net, (example,), path, dynamo=True, external_data=False,
                          dynamic_shapes=({0: batch},), **common)
    else:
        torch.onnx.export(net, (example,), path, dynamo=False,
                          dynamic_axes={"x": {0: "batch"}, "scores": {0: "batch"}}, **common)
    model = onnx.load(path)
    for node in model.graph.node:  # Where each node comes from: long, and of no meaning to a runtime.
        node.doc_string = ""
        del node.metadata_props[:]
    for value in [*model.graph.input, *model.graph.output, *model.graph.value_info]:
        del value.metadata_props[:]
    del model.graph.metadata_props[:]
    onnx.save(model, path)
    return path


torch.manual_seed(3)
train_x, train_y = pictures(240)
test_x, test_y = pictures(240)
net = Cnn()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
loss = nn.CrossEntropyLoss()
for _ in range(10):
    optimizer.zero_grad()
    loss(net(scaled(train_x)), torch.tensor(train_y)).backward()
    optimizer.step()
net.eval()
export(net, scaled(test_x[:2]), "cnn-dynamo-18", 18, True)
export(net, scaled(test_x[:2]), "cnn-dynamo-23", 23, True)
path = export(net, scaled(test_x[:2]), "cnn-script-13", 13, False)

# The same network with 16-bit weights, cast to float32 where they are used; and with typed fields, not raw bytes.
for name, kind in (("cnn-float16", TensorProto.FLOAT16), ("cnn-bfloat16", TensorProto.BFLOAT16)):
    model = onnx.load(path)
    casts = []
    for tensor in model.graph.initializer:
        if tensor.data_type != TensorProto.FLOAT:
            continue
        values = torch.tensor(numpy_helper.to_array(tensor).copy())
        short = values.half() if kind == TensorProto.FLOAT16 else values.bfloat16()
        bits = short.view(torch.int16).numpy().view(np.uint16)
        name_before = tensor.name
        tensor.Clear()
        tensor.name, tensor.data_type = f"{name_before}.short", kind
        tensor.dims.extend(values.shape)
        if kind == TensorProto.FLOAT16:
            tensor.int32_data.extend(int(v) for v in bits.flatten())
        else:
            tensor.raw_data = bits.astype("<u2").tobytes()
        casts.append(helper.make_node("Cast", [tensor.name], [name_before], to=TensorProto.FLOAT))
    nodes = casts + list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, folder / f"{name}.onnx")

# A network all of float16, inputs and outputs too.
half = onnx.load(path)
for tensor in half.graph.initializer:
    if tensor.data_type == TensorProto.FLOAT:
        tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), tensor.name))
for value in [*half.graph.input, *half.graph.output]:
    value.type.tensor_type.elem_type = TensorProto.FLOAT16
onnx.checker.check_model(half)
onnx.save(half, folder / "cnn-all-float16.onnx")

def fresh_block():
    """Every weight of its own: the exporter stores equal ones once."""
    torch.manual_seed(4)
    own = Block().eval()
    with torch.no_grad():
        for name, parameter in own.named_parameters():
            if parameter.dim() == 1:
                parameter.add_(torch.randn_like(parameter) * 0.1)
    return own


block = fresh_block()
ids = torch.tensor(generator.integers(0, 20, (32, 6)))
labels = torch.tensor(generator.integers(0, 3, 32))
export(block, ids[:2], "block-dynamo-18", 18, True)
before = block(ids)
curves = {}
for name, kept in (("whole", lambda _: True), ("last", lambda p: p.startswith("out."))):
    own = fresh_block()
    optimizer = torch.optim.SGD([p for n, p in own.named_parameters() if kept(n)], lr=0.1, momentum=0.9)
    curves[name] = []
    for _ in range(8):
        optimizer.zero_grad()
        value = loss(own(ids), labels)
        value.backward()
        optimizer.step()
        curves[name].append(value.item())

# Recurrent networks, a little trained, and PyTorch's own curve as their training goes on.
recurrent = {"train": texts(150), "test": texts(150)}
networks = {}
for name, kind, layers, dynamo in (("lstm-dynamo-18", "LSTM", 2, True), ("lstm-script-17", "LSTM", 2, False),
                                   ("gru-dynamo-18", "GRU", 1, True), ("gru-script-17", "GRU", 1, False)):
    torch.manual_seed(6)
    own = Sequences(kind, layers)
    x, y = recurrent["train"]
    optimizer = torch.optim.Adam(own.parameters(), lr=0.01)
    for _ in range(25):
        optimizer.zero_grad()
        loss(own(x), y).backward()
        optimizer.step()
    own.eval()
    export(own, x[:2], name, int(name[-2:]), dynamo)
    entry = {
        "scores": flat(own(recurrent["test"][0][:20])),
        "accuracy": (own(recurrent["test"][0]).argmax(1) == recurrent["test"][1]).double().mean().item(),
        "curve": [],
    }
    own.train()
    optimizer = torch.optim.SGD(own.parameters(), lr=0.2, momentum=0.9)
    for _ in range(8):
        optimizer.zero_grad()
        value = loss(own(x), y)
        value.backward()
        optimizer.step()
        entry["curve"].append(value.item())
    networks[name] = entry

json.dump(
    {
        "versions": {"torch": torch.__version__, "onnx": onnx.__version__},
        "cnn": {
            "train": {"x": digits(train_x), "y": digits(train_y)},
            "test": {"x": digits(test_x), "y": digits(test_y)},
            "scores": flat(net(scaled(test_x[:20]))),
            "accuracy": (net(scaled(test_x)).argmax(1).numpy() == test_y).mean().item(),
        },
        "recurrent": {
            **{part: {"x": x.flatten().tolist(), "y": digits(y)} for part, (x, y) in recurrent.items()},
            "networks": networks,
        },
        "block": {
            "ids": ids.flatten().tolist(), "labels": labels.tolist(), "scores": flat(before), "curves": curves,
        },
    },
    open(folder / "exported.json", "w"),
)
