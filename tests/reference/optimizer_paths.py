"""50-step paths of PyTorch's optimisers on given gradients, for packages/nn/src/optim/paths.test.ts.

Run: python tests/reference/optimizer_paths.py > packages/nn/src/optim/fixtures/optimizer-paths.json
"""
import json
import sys

import torch

torch.manual_seed(5)
steps, size = 50, 6
start = torch.randn(size)
gradients = torch.randn(steps, size) * torch.tensor([10.0, 1.0, 0.1, 0.01, 1e-4, 0.0])
configurations = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.05),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
    "nesterov": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.02),
    "adam": lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.8, 0.99), eps=1e-6),
    "adamL2": lambda p: torch.optim.Adam(p, lr=0.02, weight_decay=0.1),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.02, weight_decay=0.3),
    "clipped": lambda p: torch.optim.SGD(p, lr=0.05),
    "scheduled": lambda p: torch.optim.AdamW(p, lr=0.02),
}
paths = {}
for name, make in configurations.items():
    parameter = torch.nn.Parameter(start.clone())
    optimizer = make([parameter])
    # The rate falls as 1 / (1 + step), steps counted from 0.
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda t: 1 / (1 + t) if name == "scheduled" else 1)
    path = []
    for gradient in gradients:
        parameter.grad = gradient.clone()
        if name == "clipped":
            torch.nn.utils.clip_grad_norm_([parameter], 2.0)
        optimizer.step()
        schedule.step()
        path.append(parameter.detach().double().tolist())
    paths[name] = path
json.dump(
    {
        "torch": torch.__version__,
        "start": start.double().tolist(),
        "gradients": gradients.double().tolist(),
        "paths": paths,
    },
    sys.stdout,
)
