"""Times scikit-learn on the predictions in a folder: all metrics once, and the mean of a few bootstrap resamples."""
import json
import sys
import time

import numpy as np
from sklearn.metrics import accuracy_score, average_precision_score, f1_score, log_loss, roc_auc_score

folder, count, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
labels = np.fromfile(f"{folder}/labels.bin", dtype=np.int32)
scores = np.fromfile(f"{folder}/probabilities.bin", dtype=np.float32).reshape(-1, 2)[:, 1]


def metrics(y, p):
    decided = p > 0.5
    bins = np.minimum((p * 15).astype(int), 14)
    gaps = np.bincount(bins, weights=p - y, minlength=15)
    return [
        roc_auc_score(y, p),
        average_precision_score(y, p),
        accuracy_score(y, decided),
        f1_score(y, decided, average="macro"),
        log_loss(y, p),
        np.abs(gaps).sum() / len(y),
    ]


start = time.perf_counter()
metrics(labels, scores)
points = time.perf_counter() - start
random = np.random.default_rng(1)
start = time.perf_counter()
for _ in range(count):
    rows = random.integers(0, len(labels), len(labels))
    metrics(labels[rows], scores[rows])
resample = (time.perf_counter() - start) / count
with open(out, "w") as file:
    json.dump({"points": points, "resample": resample}, file)
