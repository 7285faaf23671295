# Figures of SciPy for the experiment table: Welch's interval and p-value, the chi-square of the sample ratio.
#   python tests/reference/experiment.py   (needs numpy, scipy; writes the fixture beside the tests)
import json
import pathlib

import numpy as np
import scipy
from scipy import stats

rng = np.random.default_rng(7)


def costs(n, wrong, cheap):
    """Cost of n predictions: 0, 1 or 5, as the German credit data's own matrix has it."""
    return rng.choice([0, 1, 5], size=n, p=[1 - wrong, wrong * cheap, wrong * (1 - cheap)]).tolist()


def welch(a, b):
    test = stats.ttest_ind(b, a, equal_var=False)
    interval = test.confidence_interval(0.95)
    return {
        "champion": a,
        "challenger": b,
        "interval": [float(v) for v in stats.t.interval(0.95, len(a) - 1, np.mean(a), stats.sem(a))],
        "difference": float(np.mean(b) - np.mean(a)),
        "low": float(interval.low),
        "high": float(interval.high),
        "pValue": float(test.pvalue),
    }


def ratio(counts, weights):
    expected = np.array(weights) / sum(weights) * sum(counts)
    return {"counts": counts, "weights": weights, "pValue": float(stats.chisquare(counts, expected).pvalue)}


def rate(events, labels):
    interval = stats.binomtest(events, labels).proportion_ci(0.95, method="exact")
    return {"events": events, "labels": labels, "low": float(interval.low), "high": float(interval.high)}


def fisher(a, b):
    """[events, none] of two variants; twice the smaller one-sided p-value, at most 1."""
    sides = [stats.fisher_exact([a, b], alternative=side).pvalue for side in ("less", "greater")]
    return {"table": [a, b], "pValue": float(min(1, 2 * min(sides)))}


figures = {
    "scipy": scipy.__version__,
    "welch": [welch(costs(160, 0.3, 0.6), costs(40, 0.25, 0.7)), welch(costs(5, 0.5, 0.5), costs(3, 0.9, 0.2))],
    "rates": [rate(*pair) for pair in [(0, 2), (1, 2), (0, 5), (1, 10), (3, 50), (0, 500), (250, 500), (20, 100000)]],
    "fisher": [fisher([2, 18], [10, 10]), fisher([0, 30], [1, 9]), fisher([20, 180], [30, 170])],
    "ratio": [ratio([812, 188], [0.8, 0.2]), ratio([900, 100], [0.8, 0.2]), ratio([340, 330, 330], [1, 1, 1])],
}
root = pathlib.Path(__file__).resolve().parents[2]
path = root / "packages/server/src/experiments/fixtures/experiment.json"
path.write_text(json.dumps(figures, indent=1) + "\n")
