"""50-step paths of PyTorch's optimisers on given gradients, for packages/nn/src/optim/paths.test.ts.

Lion, which PyTorch lacks, is algorithm 2 of the paper (Chen et al. 2023, "Symbolic Discovery of Optimization
Algorithms") in plain Python. Adafactor is torch.optim.Adafactor.

Run: python tests/reference/optimizer_paths.py > packages/nn/src/optim/fixtures/optimizer-paths.json
"""
import json
import sys

import torch
from torch.optim import lr_scheduler as schedulers
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

torch.manual_seed(5)
steps, size, shapes = 50, 18, [[6], [3, 4]]
start = torch.randn(size)
magnitudes = torch.tensor([10.0, 1.0, 0.1, 0.01, 1e-4, 0.0])
gradients = torch.randn(steps, size) * torch.cat([magnitudes, magnitudes.flip(0), torch.ones(6)])


class Lion(torch.optim.Optimizer):
    def __init__(self, parameters, lr, betas, weight_decay):
        super().__init__(parameters, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for theta in group["params"]:
                m = self.state[theta].setdefault("m", torch.zeros_like(theta))
                c = beta1 * m + (1 - beta1) * theta.grad
                theta -= group["lr"] * (c.sign() + group["weight_decay"] * theta)
                self.state[theta]["m"] = beta2 * m + (1 - beta2) * theta.grad


configurations = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.05),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
    "nesterov": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.02),
    "adam": lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.8, 0.99), eps=1e-6),
    "adamL2": lambda p: torch.optim.Adam(p, lr=0.02, weight_decay=0.1),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.02, weight_decay=0.3),
    "clippedByNorm": lambda p: torch.optim.SGD(p, lr=0.05),
    "clippedByValue": lambda p: torch.optim.SGD(p, lr=0.05),
    "scheduled": lambda p: torch.optim.AdamW(p, lr=0.02),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.02),
    "rmspropCentered": lambda p: torch.optim.RMSprop(
        p, lr=0.02, alpha=0.9, eps=1e-3, centered=True, momentum=0.8, weight_decay=0.1
    ),
    "lion": lambda p: Lion(p, lr=0.01, betas=(0.9, 0.99), weight_decay=0.0),
    "lionDecayed": lambda p: Lion(p, lr=0.01, betas=(0.95, 0.98), weight_decay=0.5),
    "adafactor": lambda p: torch.optim.Adafactor(p, weight_decay=0.0),
    "adafactorDecayed": lambda p: torch.optim.Adafactor(
        p, lr=0.3, beta2_decay=-0.6, eps=(1e-5, 0.01), d=1.2, weight_decay=0.1
    ),
    "averaged": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
    "accumulated": lambda p: torch.optim.AdamW(p, lr=0.02, weight_decay=0.3),
}


class Holder(torch.nn.Module):
    def __init__(self):
        super().__init__()
        parts = start.split([6, 12])
        self.parts = torch.nn.ParameterList([torch.nn.Parameter(v.clone().view(s)) for v, s in zip(parts, shapes)])

    def flat(self):
        return torch.cat([part.detach().flatten() for part in self.parts]).double().tolist()


paths = {}
for name, make in configurations.items():
    holder = Holder()
    parameters = list(holder.parts)
    optimizer = make(parameters)
    averaged = AveragedModel(holder, multi_avg_fn=get_ema_multi_avg_fn(0.9))
    # The rate falls as 1 / (1 + step), steps counted from 0.
    schedule = schedulers.LambdaLR(optimizer, lambda t: 1 / (1 + t) if name == "scheduled" else 1)
    path = []
    for step, gradient in enumerate(gradients):
        for parameter, part in zip(parameters, gradient.split([6, 12])):
            share = part.clone().view(parameter.shape) / (4 if name == "accumulated" else 1)
            fresh = name != "accumulated" or step % 4 == 0
            parameter.grad = share if fresh else parameter.grad + share
        if name == "clippedByNorm":
            torch.nn.utils.clip_grad_norm_(parameters, 2.0)
        if name == "clippedByValue":
            torch.nn.utils.clip_grad_value_(parameters, 0.5)
        if name != "accumulated" or step % 4 == 3:
            optimizer.step()
        schedule.step()
        averaged.update_parameters(holder)
        path.append(averaged.module.flat() if name == "averaged" else holder.flat())
    paths[name] = path


def rates(make, count=60):
    """The learning rate that each step is taken with."""
    parameter = torch.nn.Parameter(torch.zeros(1))
    parameter.grad = torch.zeros(1)
    optimizer = torch.optim.SGD([parameter], lr=0.4)
    schedule = make(optimizer)
    found = []
    for _ in range(count):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return found


def plateau(losses, **options):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.4)
    schedule = schedulers.ReduceLROnPlateau(optimizer, **options)
    found = [0.4]
    for loss in losses:
        schedule.step(loss)
        found.append(optimizer.param_groups[0]["lr"])
    return found


losses = [3, 2, 2.1, 2, 1.9999, 2.5, 2, 1.5, 1.5, 1.6, 1.7, 1.8, 1, 1, 1, 1, 1, 1, 1, 1]
schedules = {
    "stepDecay": rates(lambda o: schedulers.StepLR(o, 13, 0.3)),
    "cosineDecay": rates(lambda o: schedulers.CosineAnnealingLR(o, 60, 0.01)),
    "warmup": rates(
        lambda o: schedulers.SequentialLR(
            o, [schedulers.LinearLR(o, 0.1, 1.0, 9), schedulers.StepLR(o, 13, 0.3)], [10]
        )
    ),
    "oneCycle": rates(lambda o: schedulers.OneCycleLR(o, 0.4, total_steps=60), 59),
    "plateau": plateau(losses, patience=2, factor=0.5, cooldown=1, min_lr=0.06),
    "plateauMax": plateau(losses, mode="max", patience=3, threshold=0.01),
}


def rounded(value):
    """Nine digits hold a float32."""
    if isinstance(value, dict):
        return {name: rounded(inner) for name, inner in value.items()}
    return [rounded(inner) for inner in value] if isinstance(value, list) else float(f"{value:.9g}")


json.dump(
    {
        "torch": torch.__version__,
        "shapes": shapes,
        "start": rounded(start.double().tolist()),
        "gradients": rounded(gradients.double().tolist()),
        "paths": rounded(paths),
        "losses": losses,
        "schedules": schedules,
    },
    sys.stdout,
)
