"""Outputs and gradients of PyTorch's recurrent and transformer modules, their weights in this library's order, for
packages/nn/src/layers/sequence-reference.test.ts.

Run: python tests/reference/sequence_layers.py > packages/nn/src/layers/fixtures/sequence-layers.json
"""
import json
import sys

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

torch.manual_seed(3)
batch, time, width, hidden = 2, 4, 4, 3
cases = {}


def pack(tensor):
    values = tensor.detach().contiguous().flatten().tolist()
    return {"shape": list(tensor.shape), "data": [float(f"{value:.7g}") for value in values]}


def tree(values, of):
    return {k: tree(v, of) if isinstance(v, dict) else pack(of(v)) for k, v in values.items()}


def case(name, module, inputs, run, weights, given=None):
    """`weights` maps this library's names to functions of a dictionary name → tensor of the module's parameters."""
    leaves = {key: value.clone().requires_grad_() for key, value in inputs.items()}
    output = run(**leaves)
    weighting = torch.sin(torch.arange(output.numel()).float() * 1.7).view_as(output)
    module.zero_grad()
    (output * weighting).sum().backward()
    values = {key: value for key, value in module.named_parameters()}
    slopes = {key: value.grad for key, value in module.named_parameters()}
    cases[name] = {
        "inputs": {key: pack(value) for key, value in leaves.items()},
        "given": {key: pack(value.float()) for key, value in (given or {}).items()},
        "parameters": tree(weights, lambda get: get(values)),
        "output": pack(output),
        "inputGradients": {key: pack(value.grad) for key, value in leaves.items()},
        # Of sums of two biases, each has the whole gradient.
        "parameterGradients": tree(weights, lambda get: get(slopes, gradient=True)),
    }


def gates(name, order):
    """A PyTorch gate matrix [gates × hidden, in] as [in, gates × hidden] in our order."""
    def get(p, gradient=False):
        parts = p[name].chunk(len(order))
        joined = torch.cat([parts[i] for i in order])
        return joined.T if joined.dim() == 2 else joined
    return get


def bias_sum(a, b, order):
    def get(p, gradient=False):
        value = p[a] if gradient else p[a] + p[b]
        parts = value.chunk(len(order))
        return torch.cat([parts[i] for i in order])
    return get


def direction(kind, suffix=""):
    order = {"rnn": [0], "lstm": [0, 1, 3, 2], "gru": [0, 1, 2]}[kind]
    own = {
        "weight": gates(f"weight_ih_l0{suffix}", order),
        "hiddenWeight": gates(f"weight_hh_l0{suffix}", order),
    }
    if kind == "gru":
        return {**own, "bias": gates(f"bias_ih_l0{suffix}", order), "hiddenBias": gates(f"bias_hh_l0{suffix}", order)}
    return {**own, "bias": bias_sum(f"bias_ih_l0{suffix}", f"bias_hh_l0{suffix}", order)}


x = torch.randn(batch, time, width)
lengths = torch.tensor([4, 2])
mask = (torch.arange(time)[None] < lengths[:, None]).float()
for kind, make in {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}.items():
    one = make(width, hidden, batch_first=True)
    case(kind, one, {"x": x}, lambda x: one(x)[0], {"forward": direction(kind)})
    two = make(width, hidden, batch_first=True, bidirectional=True)
    both = {"forward": direction(kind), "backward": direction(kind, "_reverse")}
    case(f"{kind}Both", two, {"x": x}, lambda x: two(x)[0], both)

    def last(x, packed=False):
        given = pack_padded_sequence(x, lengths, batch_first=True) if packed else x
        state = two(given)[1]
        state = state[0] if kind == "lstm" else state
        return torch.cat([state[0], state[1]], 1)

    case(f"{kind}BothLast", two, {"x": x}, last, both)
    case(f"{kind}MaskedLast", two, {"x": x}, lambda x: last(x, True), both, {"mask": mask})

    def padded(x):
        return pad_packed_sequence(two(pack_padded_sequence(x, lengths, batch_first=True))[0], batch_first=True)[0]

    case(f"{kind}Masked", two, {"x": x}, padded, both, {"mask": mask})


def flipped(name):
    return lambda p, gradient=False: p[name].T


def plain(name):
    return lambda p, gradient=False: p[name]


def linear(prefix):
    return {"weight": flipped(f"{prefix}weight"), "bias": plain(f"{prefix}bias")}


def norm(prefix):
    return {"scale": plain(f"{prefix}weight"), "bias": plain(f"{prefix}bias")}


def rows(name, start, end):
    def get(p, gradient=False):
        part = p[name][start:end]
        return part.T if part.dim() == 2 else part
    return get


def attention(prefix=""):
    return {
        "inputs": {"weight": flipped(f"{prefix}in_proj_weight"), "bias": plain(f"{prefix}in_proj_bias")},
        "output": linear(f"{prefix}out_proj."),
    }


def cross(prefix=""):
    w, b = f"{prefix}in_proj_weight", f"{prefix}in_proj_bias"
    return {
        "query": {"weight": rows(w, 0, width), "bias": rows(b, 0, width)},
        "memory": {"weight": rows(w, width, 3 * width), "bias": rows(b, width, 3 * width)},
        "output": linear(f"{prefix}out_proj."),
    }


def shaken(module):
    """Biases and scales that are not all zeros and ones."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return module


memory = torch.randn(batch, 5, width)
memory_mask = torch.tensor([[1.0, 1, 1, 0, 0], [1, 1, 1, 1, 1]])
heads = nn.MultiheadAttention(width, 2, batch_first=True)
shaken(heads)
triangle = nn.Transformer.generate_square_subsequent_mask(time)
case("attention", heads, {"x": x}, lambda x: heads(x, x, x)[0], attention())
case("attentionCausal", heads, {"x": x}, lambda x: heads(x, x, x, attn_mask=triangle)[0], attention())
case(
    "attentionMasked", heads, {"x": x}, lambda x: heads(x, x, x, key_padding_mask=mask == 0)[0], attention(), {"mask": mask}
)
case(
    "attentionCross",
    heads,
    {"x": x, "memory": memory},
    lambda x, memory: heads(x, memory, memory, key_padding_mask=memory_mask == 0)[0],
    cross(),
    {"mask": memory_mask},
)


def with_weights(result):
    """The result and the shares of attention, behind each other."""
    return torch.cat([part.flatten() for part in result])


case(
    "attentionWeights",
    heads,
    {"x": x},
    lambda x: with_weights(heads(x, x, x, key_padding_mask=mask == 0, need_weights=True)),
    attention(),
    {"mask": mask},
)
case(
    "attentionWeightsHeads",
    heads,
    {"x": x, "memory": memory},
    lambda x, memory: with_weights(heads(x, memory, memory, need_weights=True, average_attn_weights=False)),
    cross(),
)
for first in (True, False):
    label = "Pre" if first else "Post"
    activation = "gelu" if first else "relu"
    encoder = shaken(nn.TransformerEncoderLayer(width, 2, 6, 0.0, activation, batch_first=True, norm_first=first))
    case(
        f"encoder{label}",
        encoder,
        {"x": x},
        lambda x: encoder(x, src_key_padding_mask=torch.where(mask == 0, -torch.inf, 0.0)),
        {
            "attention": attention("self_attn."),
            "attentionNorm": norm("norm1."),
            "feedForward": {"0": linear("linear1."), "1": {}, "2": {}, "3": linear("linear2.")},
            "feedForwardNorm": norm("norm2."),
        },
        {"mask": mask},
    )
    decoder = shaken(nn.TransformerDecoderLayer(width, 2, 6, 0.0, activation, batch_first=True, norm_first=first))
    case(
        f"decoder{label}",
        decoder,
        {"x": x, "memory": memory},
        lambda x, memory: decoder(x, memory, tgt_mask=triangle, memory_key_padding_mask=memory_mask == 0),
        {
            "attention": attention("self_attn."),
            "attentionNorm": norm("norm1."),
            "memoryAttention": cross("multihead_attn."),
            "memoryAttentionNorm": norm("norm2."),
            "feedForward": {"0": linear("linear1."), "1": {}, "2": {}, "3": linear("linear2.")},
            "feedForwardNorm": norm("norm3."),
        },
        {"memoryMask": memory_mask},
    )
json.dump({"torch": torch.__version__, "cases": cases}, sys.stdout)
