# Figures that packages/ml/src/evaluate is checked against, by scikit-learn, SciPy and plain numpy.
#   python tests/reference/metrics.py   (needs numpy, scipy, scikit-learn; writes the fixture beside the tests)
import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy.stats import norm
from sklearn import metrics as m
from sklearn.calibration import calibration_curve

rng = np.random.default_rng(20)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def ece(y, p, edges, w=None):
    w = np.ones_like(p) if w is None else w
    bins = np.searchsorted(edges[1:-1], p)
    return float(sum(abs((w * (p - y))[bins == b].sum()) for b in range(len(edges) - 1)) / w.sum())


def delong(y, a, b):
    """Structural components by their definition, all pairs."""
    def parts(s):
        pos, neg = s[y == 1], s[y == 0]
        psi = (pos[:, None] > neg[None]) + 0.5 * (pos[:, None] == neg[None])
        return psi.mean(), psi.mean(1), psi.mean(0)
    (auc_a, pa, na), (auc_b, pb, nb) = parts(a), parts(b)
    se = np.sqrt(np.var(pa - pb, ddof=1) / len(pa) + np.var(na - nb, ddof=1) / len(na))
    return {"a": auc_a, "b": auc_b, "standardError": se, "pValue": 2 * norm.sf(abs(auc_a - auc_b) / se)}


def best_cost(y, p, costs):
    """Least mean cost over every distinct decision."""
    fp, fn = costs["falsePositive"], costs["falseNegative"]
    tp, tn = costs.get("truePositive", 0), costs.get("trueNegative", 0)
    def cost(t):
        called = p >= t
        return np.where(called, np.where(y == 1, tp, fp), np.where(y == 1, fn, tn)).mean()
    return float(min(cost(t) for t in [*np.unique(p), 2.0]))


def bootstrap_auc(y, p, resamples=20_000):
    pos, neg = np.flatnonzero(y == 1), np.flatnonzero(y == 0)
    values = []
    for _ in range(resamples):
        rows = np.concatenate([rng.choice(pos, len(pos)), rng.choice(neg, len(neg))])
        values.append(m.roc_auc_score(y[rows], p[rows]))
    return {"low": np.quantile(values, 0.025), "high": np.quantile(values, 0.975)}


def binary():
    n = 200
    y = (rng.random(n) < 0.3).astype(int)
    z = rng.normal(size=n) + 1.2 * y - 1
    p = np.round(sigmoid(z), 2)  # two digits: many ties
    q = np.round(sigmoid(z + rng.normal(size=n)), 4)
    w = np.round(rng.exponential(size=n), 3)
    both = np.stack([1 - p, p], 1)
    fpr, tpr, _ = m.roc_curve(y, p, drop_intermediate=False)
    precision, recall, _ = m.precision_recall_curve(y, p)
    width, mass = np.linspace(0, 1, 16), np.quantile(p, np.linspace(0, 1, 11))
    curves = {}
    for name, strategy in (("width", "uniform"), ("mass", "quantile")):
        observed, predicted = calibration_curve(y, p, n_bins=10, strategy=strategy)
        curves[name] = {"observed": observed, "predicted": predicted}
    costs = [{"falsePositive": 1, "falseNegative": 5}, {"falsePositive": 3, "falseNegative": 2, "truePositive": -1, "trueNegative": 0.5}]
    def values(w):
        return {
            "auc": m.roc_auc_score(y, p, sample_weight=w),
            "averagePrecision": m.average_precision_score(y, p, sample_weight=w),
            "accuracy": m.accuracy_score(y, p > 0.5, sample_weight=w),
            "f1Macro": m.f1_score(y, p > 0.5, average="macro", sample_weight=w),
            "logLoss": m.log_loss(y, both, sample_weight=w),
            "brier": m.brier_score_loss(y, p, sample_weight=w),
            "ece": ece(y, p, width, w),
        }
    return {
        "labels": y, "scores": p, "other": q, "weights": w,
        "values": values(None), "weighted": values(w), "eceMass10": ece(y, p, mass),
        "roc": {"falsePositiveRate": fpr, "truePositiveRate": tpr},
        "precisionRecall": {"precision": precision[::-1], "recall": recall[::-1]},
        "calibration": curves,
        "confusion": m.confusion_matrix(y, p > 0.5),
        "costs": [{"matrix": c, "cost": best_cost(y, p, c)} for c in costs],
        "delong": delong(y, p, q),
        "bootstrapAuc": bootstrap_auc(y, p),
    }


def multiclass():
    n, k = 120, 4
    y = rng.integers(0, k, n)
    z = rng.normal(size=(n, k)) + 1.3 * np.eye(k)[y]
    p = np.round(np.exp(z) / np.exp(z).sum(1, keepdims=True), 3)
    p[:, 0] = np.round(p[:, 0] + 1 - p.sum(1), 3)
    w = np.round(rng.exponential(size=n), 3)
    top = p.argmax(1)
    one_hot = np.eye(k)[y]
    def values(w):
        return {
            "auc": m.roc_auc_score(one_hot, p, average="macro", sample_weight=w),
            "averagePrecision": m.average_precision_score(one_hot, p, average="macro", sample_weight=w),
            "accuracy": m.accuracy_score(y, top, sample_weight=w),
            "f1Macro": m.f1_score(y, top, average="macro", sample_weight=w),
            "logLoss": m.log_loss(y, p, sample_weight=w),
            "ece": ece((top == y).astype(float), p.max(1), np.linspace(0, 1, 16), w),
        }
    return {"classes": k, "labels": y, "probabilities": p.ravel(), "weights": w, "values": values(None), "weighted": values(w)}


def regression():
    n = 80
    y = np.round(rng.normal(10, 4, n), 3)
    v = np.round(y + rng.normal(0, 2, n), 3)
    w = np.round(rng.exponential(size=n), 3)
    def values(w):
        return {
            "rmse": m.root_mean_squared_error(y, v, sample_weight=w),
            "mae": m.mean_absolute_error(y, v, sample_weight=w),
            "r2": m.r2_score(y, v, sample_weight=w),
        }
    boot = scipy.stats.bootstrap((y, v), lambda y, v, axis: np.sqrt(np.mean((y - v) ** 2, axis=axis)), paired=True,
                                 vectorized=True, n_resamples=20_000, method="percentile", rng=rng).confidence_interval
    return {"labels": y, "values": v, "weights": w, "metrics": values(None), "weighted": values(w), "bootstrapRmse": {"low": boot.low, "high": boot.high}}


def plain(value):
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value


versions = {"sklearn": sklearn.__version__, "scipy": scipy.__version__, "numpy": np.__version__}
out = pathlib.Path(__file__).parents[2] / "packages/ml/src/evaluate/fixtures/metrics.json"
out.parent.mkdir(exist_ok=True)
out.write_text(json.dumps(plain({"versions": versions, "binary": binary(), "multiclass": multiclass(), "regression": regression()})) + "\n")
