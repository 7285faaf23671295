# Figures that packages/ml/src/federate's privacy accountant is checked against: Renyi divergences by numeric integration.
#   python tests/reference/privacy.py   (needs numpy and scipy; writes the fixture beside the tests)
import json
import pathlib

import numpy as np
from scipy.integrate import quad
from scipy.stats import norm


def divergence(order, q, sigma):
    """ln E_{x~N(0,s)} [((1-q) + q N(1,s)/N(0,s))^order] / (order - 1), by its definition."""
    def integrand(x):
        ratio = np.logaddexp(np.log1p(-q), np.log(q) + (2 * x - 1) / (2 * sigma**2))
        return np.exp(order * ratio + norm.logpdf(x, 0, sigma))
    points = np.linspace(-20 * sigma, 20 * sigma + order, 200)
    return np.log(sum(quad(integrand, a, b)[0] for a, b in zip(points, points[1:]))) / (order - 1)


def epsilon(q, sigma, rounds, delta):
    best = np.inf
    for order in range(2, 33):
        value = rounds * divergence(order, q, sigma)
        best = min(best, value + np.log1p(-1 / order) - (np.log(delta) + np.log(order)) / (order - 1))
    return float(best)


cases = [(0.01, 1.1, 1000, 1e-5), (256 / 60000, 1.1, 14062, 1e-5), (0.1, 2.0, 100, 1e-6)]
figures = [
    {"sampleRate": q, "noiseMultiplier": s, "rounds": t, "delta": d, "epsilon": epsilon(q, s, t, d)} for q, s, t, d in cases
]
out = pathlib.Path(__file__).parents[2] / "packages/ml/src/federate/fixtures/privacy.json"
out.parent.mkdir(exist_ok=True)
out.write_text(json.dumps(figures) + "\n")
