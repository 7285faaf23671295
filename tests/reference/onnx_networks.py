"""Small networks of the common kinds as PyTorch's two exporters write them, with random weights, their scores and curves,
for packages/nn/src/train/exported-networks.test.ts.

Run: python tests/reference/onnx_networks.py packages/nn/src/train/fixtures/exported/networks.json.gz
(needs torch, onnx and onnxscript; weights are rounded, so that the file is small)
"""
import gzip
import json
import math
import pathlib
import sys
import tempfile
import warnings

import onnx
import torch
import torch.nn.functional as F
from torch import nn

warnings.filterwarnings("ignore")
torch.set_num_threads(1)


class InvertedResidual(nn.Module):
    def __init__(self, width, out, stride):
        super().__init__()
        hidden = 2 * width
        self.skips = stride == 1 and width == out
        self.conv = nn.Sequential(
            nn.Conv2d(width, hidden, 1, bias=False), nn.BatchNorm2d(hidden), nn.ReLU6(),
            nn.Conv2d(hidden, hidden, 3, stride, 1, groups=hidden, bias=False), nn.BatchNorm2d(hidden), nn.ReLU6(),
            nn.Conv2d(hidden, out, 1, bias=False), nn.BatchNorm2d(out),
        )

    def forward(self, x):
        return x + self.conv(x) if self.skips else self.conv(x)


class MobileNetV2(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 6, 3, 2, 1, bias=False), nn.BatchNorm2d(6), nn.ReLU6(),
            InvertedResidual(6, 6, 1), InvertedResidual(6, 8, 2),
        )
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(8, 4))

    def forward(self, x):
        x = self.features(x)
        return self.classifier(F.adaptive_avg_pool2d(x, (1, 1)).reshape(x.shape[0], -1))


class MobileNetV3(nn.Module):
    """Squeeze and excitation, hard swish."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 3, 2, 1)
        self.depth = nn.Conv2d(6, 6, 5, 1, 2, groups=6)
        self.norm = nn.BatchNorm2d(6)
        self.squeeze = nn.Conv2d(6, 4, 1)
        self.excite = nn.Conv2d(4, 6, 1)
        self.out = nn.Linear(6, 4)

    def forward(self, x):
        x = self.norm(self.depth(F.hardswish(self.stem(x))))
        gate = F.hardsigmoid(self.excite(F.relu(self.squeeze(F.adaptive_avg_pool2d(x, 1)))))
        return self.out(F.hardswish(x * gate).mean([2, 3]))


class BasicBlock(nn.Module):
    def __init__(self, width, out, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(width, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out)
        self.conv2, self.bn2 = nn.Conv2d(out, out, 3, 1, 1, bias=False), nn.BatchNorm2d(out)
        self.down = nn.Sequential(nn.Conv2d(width, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.down(x))


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 4, 7, 2, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(3, 2, 1))
        self.block = BasicBlock(4, 6, 2)
        self.pool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(6, 4)

    def forward(self, x):
        return self.fc(torch.flatten(self.pool(self.block(self.stem(x))), 1))


class UNet(nn.Module):
    """Upsampling to the size of the skipped tensor."""

    def __init__(self):
        super().__init__()
        self.down1, self.down2 = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1)
        self.up, self.out = nn.ConvTranspose2d(4, 4, 2, 2), nn.Conv2d(8, 2, 3, padding=1)

    def forward(self, x):
        a = F.leaky_relu(self.down1(x), 0.1)
        b = self.up(F.relu(self.down2(F.max_pool2d(a, 2))))
        b = F.interpolate(b, size=a.shape[-2:], mode="bilinear", align_corners=False)
        return self.out(torch.cat([a, b], 1))


class ConvNeXt(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.depth = nn.Conv2d(3, 8, 4, 4), nn.Conv2d(8, 8, 7, padding=3, groups=8)
        self.norm, self.wide, self.narrow = nn.LayerNorm(8), nn.Linear(8, 16), nn.Linear(16, 8)
        self.gamma = nn.Parameter(torch.full((8,), 0.5))
        self.out = nn.Linear(8, 4)

    def forward(self, x):
        x = self.stem(x)
        y = self.gamma * self.narrow(F.gelu(self.wide(self.norm(self.depth(x).permute(0, 2, 3, 1)))))
        return self.out((x + y.permute(0, 3, 1, 2)).mean([-2, -1]))


class VisionTransformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, 8, 4, 4)
        self.token, self.positions = nn.Parameter(torch.randn(1, 1, 8)), nn.Parameter(torch.randn(1, 17, 8))
        layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, norm_first=True, activation="gelu")
        self.encoder = nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)
        self.norm, self.head = nn.LayerNorm(8), nn.Linear(8, 4)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.positions
        return self.head(self.norm(self.encoder(x))[:, 0])


class Swin(nn.Module):
    """Shifted windows with relative positions, and patch merging."""

    def __init__(self):
        super().__init__()
        self.patches, self.norm = nn.Conv2d(3, 8, 2, 2), nn.LayerNorm(8)
        self.qkv, self.project = nn.Linear(8, 24), nn.Linear(8, 8)
        self.table = nn.Parameter(torch.randn(9, 2))
        self.register_buffer("index", torch.randint(0, 9, (16,)))
        self.merge, self.head = nn.Linear(32, 8, bias=False), nn.Linear(8, 4)

    def forward(self, x):
        x = self.patches(x).permute(0, 2, 3, 1)
        _, h, w, c = x.shape
        y = torch.roll(self.norm(x), shifts=(-1, -1), dims=(1, 2))
        y = y.view(-1, h // 2, 2, w // 2, 2, c).permute(0, 1, 3, 2, 4, 5).contiguous().view(-1, 4, c)
        q, k, v = self.qkv(y).reshape(-1, 4, 3, 2, 4).permute(2, 0, 3, 1, 4).unbind(0)
        bias = self.table[self.index].view(4, 4, 2).permute(2, 0, 1).contiguous().unsqueeze(0)
        y = (((q * 0.5) @ k.transpose(-2, -1) + bias).softmax(-1) @ v).transpose(1, 2).reshape(-1, 4, c)
        y = self.project(y).view(-1, h // 2, w // 2, 2, 2, c).permute(0, 1, 3, 2, 4, 5).contiguous().view(-1, h, w, c)
        x = x + torch.roll(y, shifts=(1, 1), dims=(1, 2))
        x = torch.cat([x[:, 0::2, 0::2], x[:, 1::2, 0::2], x[:, 0::2, 1::2], x[:, 1::2, 1::2]], -1)
        return self.head(self.merge(x).flatten(1, 2).mean(1))


class Bert(nn.Module):
    """Token, position and type embeddings, one layer of attention written out; DistilBERT's form has no types."""

    def __init__(self, distilled=False):
        super().__init__()
        width = 8
        self.distilled = distilled
        self.words, self.positions = nn.Embedding(20, width), nn.Embedding(12, width)
        self.types = None if distilled else nn.Embedding(2, width)
        self.register_buffer("position_ids", torch.arange(12).expand((1, -1)))
        self.norm, self.norm1, self.norm2 = nn.LayerNorm(width, eps=1e-12), nn.LayerNorm(width), nn.LayerNorm(width)
        self.q, self.k, self.v, self.o = (nn.Linear(width, width) for _ in range(4))
        self.wide, self.narrow = nn.Linear(width, 16), nn.Linear(16, width)
        self.pool, self.out = nn.Linear(width, width), nn.Linear(width, 3)

    def heads(self, x):
        return x.view(x.size(0), x.size(1), 2, -1).permute(0, 2, 1, 3)

    def forward(self, ids, mask, types=None):
        x = self.words(ids) + self.positions(self.position_ids[:, : ids.size(1)])
        x = self.norm(x if self.types is None else x + self.types(types))
        lowest = torch.finfo(x.dtype).min
        seen = mask[:, None, None, :]
        bias = torch.zeros_like(seen, dtype=x.dtype).masked_fill(seen == 0, lowest) if self.distilled \
            else (1.0 - seen.to(x.dtype)) * lowest
        q, k, v = self.heads(self.q(x)), self.heads(self.k(x)), self.heads(self.v(x))
        a = F.softmax(torch.matmul(q, k.transpose(-1, -2)) / math.sqrt(q.size(-1)) + bias, -1)
        a = torch.matmul(a, v).permute(0, 2, 1, 3).contiguous()
        x = self.norm1(x + self.o(a.view(a.size(0), a.size(1), -1)))
        x = self.norm2(x + self.narrow(F.gelu(self.wide(x))))[:, 0]
        return self.out(F.relu(self.pool(x)) if self.distilled else torch.tanh(self.pool(x)))


class Sdpa(nn.Module):
    """PyTorch's own attention with a mask, and a mean over the tokens that are there."""

    def __init__(self):
        super().__init__()
        self.words, self.qkv, self.o = nn.Embedding(20, 8), nn.Linear(8, 24), nn.Linear(8, 8)
        self.norm, self.out = nn.LayerNorm(8), nn.Linear(8, 3)

    def forward(self, ids, mask):
        x = self.words(ids)
        b, t, d = x.shape
        q, k, v = [y.view(b, t, 2, -1).transpose(1, 2) for y in self.qkv(x).chunk(3, -1)]
        seen = mask[:, None, None, :].expand(b, 1, t, t).to(torch.bool)
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=seen)
        x = self.norm(x + self.o(y.transpose(1, 2).reshape(b, t, d)))
        weight = mask.unsqueeze(-1).float()
        return self.out((x * weight).sum(1) / weight.sum(1).clamp(min=1e-9))


class Gpt(nn.Module):
    """A causal mask cut from a stored triangle."""

    def __init__(self):
        super().__init__()
        self.words, self.positions = nn.Embedding(20, 8), nn.Embedding(16, 8)
        self.qkv, self.o, self.norm = nn.Linear(8, 24), nn.Linear(8, 8), nn.LayerNorm(8)
        self.head = nn.Linear(8, 20, bias=False)
        self.register_buffer("triangle", torch.tril(torch.ones(16, 16, dtype=torch.bool))[None, None])

    def forward(self, ids):
        b, t = ids.shape
        x = self.words(ids) + self.positions(torch.arange(t, device=ids.device))
        q, k, v = [y.view(b, t, 2, 4).transpose(1, 2) for y in self.qkv(self.norm(x)).split(8, -1)]
        a = (q @ k.transpose(-1, -2)) / math.sqrt(4)
        a = a.masked_fill(~self.triangle[:, :, :t, :t], float("-inf"))
        y = (F.softmax(a, -1) @ v).transpose(1, 2).reshape(b, t, 8)
        return self.head(F.gelu(x + self.o(y), approximate="tanh"))


class Llama(nn.Module):
    """Root mean square norms, rotary positions, keys shared by heads, a gated layer."""

    def __init__(self):
        super().__init__()
        self.words, self.scale = nn.Embedding(20, 8), nn.Parameter(torch.ones(8))
        self.q, self.k, self.v, self.o = (nn.Linear(8, width, bias=False) for width in (8, 4, 4, 8))
        self.gate, self.up, self.down = nn.Linear(8, 16, bias=False), nn.Linear(8, 16, bias=False), nn.Linear(16, 8, bias=False)
        self.head = nn.Linear(8, 20, bias=False)

    def norm(self, x):
        return self.scale * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6))

    def turned(self, x, cos, sin):
        return x * cos + torch.cat((-x[..., 2:], x[..., :2]), -1) * sin

    def forward(self, ids):
        b, t = ids.shape
        x = self.words(ids)
        y = self.norm(x)
        q, k, v = (own(y).view(b, t, -1, 4).transpose(1, 2) for own in (self.q, self.k, self.v))
        angles = torch.arange(t).unsqueeze(1) * torch.pow(100.0, torch.arange(0, 2) * -0.5)
        angles = torch.cat((angles, angles), -1)
        q, k = self.turned(q, angles.cos(), angles.sin()), self.turned(k, angles.cos(), angles.sin())
        k, v = (own[:, :, None].expand(b, 1, 2, t, 4).reshape(b, 2, t, 4) for own in (k, v))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.o(y.transpose(1, 2).reshape(b, t, 8))
        y = self.norm(x)
        return self.head(x + self.down(F.silu(self.gate(y)) * self.up(y)))


class T5(nn.Module):
    """Positions as buckets of distances."""

    def __init__(self):
        super().__init__()
        self.words, self.distances = nn.Embedding(20, 8), nn.Embedding(8, 2)
        self.q, self.k, self.v, self.o = (nn.Linear(8, 8, bias=False) for _ in range(4))
        self.out = nn.Linear(8, 3)

    def forward(self, ids, mask):
        x = self.words(ids)
        b, t, _ = x.shape
        distance = torch.arange(t)[None, :] - torch.arange(t)[:, None]
        far = torch.abs(distance)
        big = 2 + (torch.log(far.float().clamp(min=1) / 2) / math.log(4) * 2).to(torch.long)
        bucket = torch.where(far < 2, far, torch.min(big, torch.full_like(big, 3))) + (distance > 0).to(torch.long) * 4
        bias = self.distances(bucket).permute(2, 0, 1).unsqueeze(0) + (1.0 - mask[:, None, None, :].float()) * -1e9
        q, k, v = (own(x).view(b, -1, 2, 4).transpose(1, 2) for own in (self.q, self.k, self.v))
        a = F.softmax((torch.matmul(q, k.transpose(3, 2)) + bias).float(), -1).type_as(x)
        y = torch.matmul(a, v).transpose(1, 2).contiguous().view(b, -1, 8)
        return self.out((x + self.o(y)).mean(1))


class CnnLstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm = nn.Conv1d(4, 6, 3, padding=1), nn.BatchNorm1d(6)
        self.lstm, self.out = nn.LSTM(6, 5, batch_first=True, bidirectional=True), nn.Linear(10, 3)

    def forward(self, x):
        y, _ = self.lstm(F.max_pool1d(F.relu(self.norm(self.conv(x))), 2).permute(0, 2, 1))
        return self.out(y[:, -1, :])


class GruDecoder(nn.Module):
    """One GRU's last state is the other's first."""

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(20, 6)
        self.encoder, self.decoder = nn.GRU(6, 5, batch_first=True), nn.GRU(6, 5, batch_first=True)
        self.out = nn.Linear(5, 20)

    def forward(self, source, target):
        _, state = self.encoder(self.words(source))
        return self.out(self.decoder(self.words(target), state)[0])


class ConvTransformer(nn.Module):
    """As for speech: strided convolutions, group norm, one encoder layer."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(nn.Conv1d(4, 8, 3, 2, 1), nn.GELU(), nn.Conv1d(8, 8, 3, 2, 1), nn.GELU())
        self.norm, self.encoder = nn.GroupNorm(4, 8), nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        self.out = nn.Linear(8, 3)

    def forward(self, x):
        return self.out(self.encoder(self.norm(self.conv(x)).transpose(1, 2)).amax(1))


class Conformer(nn.Module):
    """Gated and depthwise convolutions over time."""

    def __init__(self):
        super().__init__()
        self.norm, self.point1 = nn.LayerNorm(6), nn.Conv1d(6, 12, 1)
        self.depth, self.batch = nn.Conv1d(6, 6, 5, padding=2, groups=6), nn.BatchNorm1d(6)
        self.point2, self.out = nn.Conv1d(6, 6, 1), nn.Linear(6, 3)

    def forward(self, x):
        y = F.glu(self.point1(self.norm(x).transpose(1, 2)), 1)
        y = self.point2(F.silu(self.batch(self.depth(y)))).transpose(1, 2)
        return self.out((x + y).mean(1))


def rounded(net):
    """Weights of few digits, and no two alike: an exporter stores equal ones once."""
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            if parameter.dim() == 1:
                parameter.add_(torch.randn_like(parameter) * 0.3)
            parameter.copy_((parameter * 16).round() / 16)
        for module in net.modules():
            if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
                module.running_mean.copy_((torch.randn_like(module.running_mean) * 4).round() / 16)
                module.running_var.copy_((torch.rand_like(module.running_var) * 16).round() / 16 + 0.5)
    return net.eval()


def flat(tensor):
    return [round(value, 6) for value in tensor.detach().double().flatten().tolist()]


def objective(outputs):
    return ((outputs - 0.3) ** 2).mean()


def exported(net, args, dims, how):
    names = [f"x{i}" for i in range(len(args))]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "net.onnx"
        common = dict(opset_version=int(how[-2:]), input_names=names, output_names=["y"], verbose=False)
        if how.startswith("script"):
            torch.onnx.export(net, args, path, dynamo=False, dynamic_axes=dict(zip(names, dims)), **common)
        else:
            shapes = tuple({axis: torch.export.Dim.DYNAMIC for axis in own} for own in dims)
            torch.onnx.export(net, args, path, dynamo=True, external_data=False, dynamic_shapes=shapes, **common)
        model = onnx.load(path)
    for node in model.graph.node:  # Where each node comes from: long, and of no meaning to a runtime.
        node.doc_string = ""
        del node.metadata_props[:]
    for value in [*model.graph.input, *model.graph.output, *model.graph.value_info]:
        del value.metadata_props[:]
    del model.graph.metadata_props[:]
    del model.graph.value_info[:]
    return model.SerializeToString().hex()


torch.manual_seed(0)
image = (torch.randn(2, 3, 16, 16) * 8).round() / 8
odd = (torch.randn(2, 3, 9, 11) * 8).round() / 8
ids = torch.randint(2, 20, (2, 7))
mask = torch.ones(2, 7, dtype=torch.long)
mask[1, 5:] = 0
sound = (torch.randn(2, 4, 16) * 8).round() / 8
batch, text = {0: "batch"}, {0: "batch", 1: "time"}
pixels = {0: "batch", 2: "height", 3: "width"}
both, newest = ("script-17", "dynamo-18"), ("script-17", "dynamo-18", "dynamo-23")
cases = {
    "mobilenet-v2": (MobileNetV2, (image,), (pixels,), both),
    "mobilenet-v3": (MobileNetV3, (image,), (pixels,), both),
    "resnet": (ResNet, (image,), (pixels,), both),
    "unet": (UNet, (odd,), (pixels,), both),
    "convnext": (ConvNeXt, (image,), (batch,), both),
    "vision-transformer": (VisionTransformer, (image,), (batch,), newest),
    "swin": (Swin, (image,), (batch,), both),
    "bert": (Bert, (ids, mask, torch.zeros_like(ids)), (text, text, text), both),
    "distilbert": (lambda: Bert(True), (ids, mask), (text, text), both),
    "sdpa": (Sdpa, (ids, mask), (text, text), newest),
    "gpt": (Gpt, (ids,), (text,), both),
    "llama": (Llama, (ids,), (text,), newest),
    "t5": (T5, (ids, mask), (text, text), both),
    "cnn-lstm": (CnnLstm, (sound,), (batch,), both),
    "gru-decoder": (GruDecoder, (ids, ids[:, :4].contiguous()), (batch, batch), both),
    "conv-transformer": (ConvTransformer, (sound,), ({0: "batch", 2: "time"},), both),
    "conformer": (Conformer, (sound.transpose(1, 2)[:, :, :3].repeat(1, 1, 2).contiguous(),), (batch,), both),
}
found = {"versions": {"torch": torch.__version__, "onnx": onnx.__version__}, "networks": {}}
for seed, (name, (make, args, dims, exporters)) in enumerate(cases.items()):
    torch.manual_seed(seed)
    net = rounded(make())
    scores = net(*args)
    files = {how: exported(net, args, dims, how) for how in exporters}
    curve = []
    optimizer = torch.optim.SGD(net.parameters(), lr=0.02)
    for _ in range(4):
        optimizer.zero_grad()
        value = objective(net(*args))
        value.backward()
        optimizer.step()
        curve.append(value.item())
    found["networks"][name] = {
        "inputs": [{"shape": list(x.shape), "integers": not x.is_floating_point(), "data": x.flatten().tolist()} for x in args],
        "scores": {"shape": list(scores.shape), "data": flat(scores)},
        "curve": curve,
        "files": files,
    }
with gzip.GzipFile(sys.argv[1], "wb", mtime=0) as file:
    file.write(json.dumps(found).encode())
