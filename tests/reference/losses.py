"""Values and gradients of losses by PyTorch, for packages/nn/src/losses/reference.test.ts.

Run: python tests/reference/losses.py > packages/nn/src/losses/fixtures/losses.json
"""
import json
import sys

import torch
import torch.nn.functional as F

torch.manual_seed(11)
cases = {}


def pack(tensor):
    kind = "int64" if tensor.dtype == torch.int64 else "float32"
    values = tensor.detach().flatten().tolist()
    rounded = values if kind == "int64" else [float(f"{value:.9g}") for value in values]
    return {"dtype": kind, "shape": list(tensor.shape), "data": rounded}


def case(name, loss, targets=None, **predictions):
    """`predictions` are differentiated; a single one is given as x."""
    leaves = {key: value.clone().requires_grad_() for key, value in predictions.items()}
    value = loss(**leaves)
    value.backward()
    cases[name] = {
        "predictions": {key: pack(leaf) for key, leaf in leaves.items()},
        "targets": {key: pack(target) for key, target in (targets or {}).items()},
        "value": value.item(),
        "gradients": {key: pack(leaf.grad) for key, leaf in leaves.items()},
    }


x, y = torch.randn(6, 5) * 2, torch.tensor([0, 4, 1, 1, 3, 2])
weights = torch.tensor([0.5, 1.0, 2.0, 3.0, 0.1])
case("crossEntropy", lambda x: F.cross_entropy(x, y), {"target": y}, x=x)
case("crossEntropyWeighted", lambda x: F.cross_entropy(x, y, weights), {"target": y}, x=x)
case("crossEntropySmooth", lambda x: F.cross_entropy(x, y, label_smoothing=0.2), {"target": y}, x=x)
case("crossEntropyBoth", lambda x: F.cross_entropy(x, y, weights, label_smoothing=0.2), {"target": y}, x=x)
padded = torch.tensor([[0, 4, -100], [1, -100, -100]])
case(
    "crossEntropyIgnored",
    lambda x: F.cross_entropy(x.view(-1, 5), padded.view(-1)),
    {"target": padded},
    x=x.view(2, 3, 5),
)
case(
    "crossEntropyIgnoredBoth",
    lambda x: F.cross_entropy(x.view(-1, 5), padded.view(-1), weights, label_smoothing=0.1),
    {"target": padded},
    x=x.view(2, 3, 5),
)

b, t = torch.randn(4, 3) * 3, (torch.rand(4, 3) > 0.5).float()
case("binary", lambda x: F.binary_cross_entropy_with_logits(x, t), {"target": t}, x=b)
case(
    "binaryWeighted",
    lambda x: F.binary_cross_entropy_with_logits(x, t, pos_weight=torch.tensor(3.0)),
    {"target": t},
    x=b,
)


def sigmoid_focal_loss(inputs, targets, alpha, gamma):
    """torchvision.ops.sigmoid_focal_loss, whose package is not needed for ten lines."""
    p = torch.sigmoid(inputs)
    ce = F.binary_cross_entropy_with_logits(inputs, targets, reduction="none")
    p_t = p * targets + (1 - p) * (1 - targets)
    loss = ce * ((1 - p_t) ** gamma)
    if alpha >= 0:
        loss = (alpha * targets + (1 - alpha) * (1 - targets)) * loss
    return loss.mean()


case("focal", lambda x: sigmoid_focal_loss(x, t, 0.25, 2.0), {"target": t}, x=b)
case("focalPlain", lambda x: sigmoid_focal_loss(x, t, -1, 1.5), {"target": t}, x=b)

r = torch.randn(4, 3)
case("meanSquaredError", lambda x: F.mse_loss(x, r), {"target": r}, x=b)
case("meanAbsoluteError", lambda x: F.l1_loss(x, r), {"target": r}, x=b)
case("huber", lambda x: F.huber_loss(x, r), {"target": r}, x=b)
case("huberWide", lambda x: F.huber_loss(x, r, delta=2.5), {"target": r}, x=b)


def pinball(x, target, quantiles):
    difference = target - x
    return torch.maximum(quantiles * difference, (quantiles - 1) * difference).mean()


case("quantile", lambda x: pinball(x, r, torch.tensor(0.9)), {"target": r}, x=b)
one = torch.randn(4)
case("quantiles", lambda x: pinball(x, one[:, None], torch.tensor([0.1, 0.5, 0.9])), {"target": one}, x=b)
counts = torch.poisson(torch.full((4, 3), 2.0))
case("poisson", lambda x: F.poisson_nll_loss(x, counts), {"target": counts}, x=b)
case("poissonRates", lambda x: F.poisson_nll_loss(x, counts, log_input=False), {"target": counts}, x=b.abs() + 0.1)
soft = torch.softmax(torch.randn(6, 5), -1)
soft[0] = torch.tensor([0.0, 0, 1, 0, 0])
case(
    "kullbackLeibler",
    lambda x: F.kl_div(F.log_softmax(x, -1), soft, reduction="batchmean"),
    {"target": soft},
    x=x,
)
image, mean, log_variance = torch.rand(4, 3), torch.randn(4, 2), torch.randn(4, 2)


def divergence(mean, log_variance):
    return -0.5 * torch.sum(1 + log_variance - mean.pow(2) - log_variance.exp())


case(
    "elbo",
    lambda reconstruction, mean, logVariance: (
        F.binary_cross_entropy_with_logits(reconstruction, image, reduction="sum") + divergence(mean, logVariance)
    ) / 4,
    {"target": image},
    reconstruction=b, mean=mean, logVariance=log_variance,
)
case(
    "elboGaussian",
    lambda reconstruction, mean, logVariance: (
        0.5 * F.mse_loss(reconstruction, image, reduction="sum") + 0.3 * divergence(mean, logVariance)
    ) / 4,
    {"target": image},
    reconstruction=b, mean=mean, logVariance=log_variance,
)


def info_nce(a, p):
    return F.cross_entropy(F.normalize(a, dim=1) @ F.normalize(p, dim=1).T / 0.2, torch.arange(len(a)))


a, p, n = torch.randn(5, 4), torch.randn(5, 4), torch.randn(5, 4)
case("infoNce", lambda anchor, positive: info_nce(anchor, positive), anchor=a, positive=p)
case(
    "infoNceSymmetric",
    lambda anchor, positive: (info_nce(anchor, positive) + info_nce(positive, anchor)) / 2,
    anchor=a, positive=p,
)
case(
    "triplet",
    lambda anchor, positive, negative: F.triplet_margin_loss(anchor, positive, negative, margin=0.7),
    anchor=a, positive=p, negative=n,
)

logits = torch.randn(4, 9, 5) * 2
labels = torch.tensor([[1, 2, 2, 3], [4, 4, -1, -1], [3, -1, -1, -1], [-1, -1, -1, -1]])
label_lengths = (labels >= 0).sum(1)


def ctc(x, lengths, labels=labels, blank=0, zero=False):
    logs = F.log_softmax(x, -1).transpose(0, 1)
    return F.ctc_loss(logs, labels.clamp(min=0), lengths, (labels >= 0).sum(1), blank, zero_infinity=zero)


full, cut = torch.full((4,), 9), torch.tensor([9, 4, 1, 6])
case("ctc", lambda x: ctc(x, full), {"target": labels}, x=logits)
case("ctcLengths", lambda x: ctc(x, cut), {"labels": labels, "lengths": cut}, x=logits)
other = torch.where(labels == 4, 0, labels)
case("ctcBlank", lambda x: ctc(x, full, other, 4), {"target": other}, x=logits)
short = torch.tensor([4, 9, 9, 9])
case("ctcImpossible", lambda x: ctc(x, short, zero=True), {"labels": labels, "lengths": short}, x=logits)
case(
    "multiTask",
    lambda kind, size: F.cross_entropy(kind, y[:4]) + 0.3 * F.huber_loss(size, r),
    {"kind": y[:4], "size": r},
    kind=x[:4], size=b,
)
json.dump({"torch": torch.__version__, "cases": cases}, sys.stdout)
