# Predictions of scikit-learn's logistic and ridge regression that packages/ml/src/models is checked against.
#   python tests/reference/linear_models.py   (needs numpy, scikit-learn; writes the fixture beside the tests)
import json
import pathlib

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression, Ridge

rng = np.random.default_rng(3)
rows, columns = 60, 4
x = rng.normal(size=(rows, columns)).astype(np.float32)
noise = rng.normal(size=rows)
score = x @ np.array([1.5, -1, 0.5, 0]) + 0.3
binary = (score + noise > 0).astype(int)
three = np.digitize(score + noise, [-1, 1])
number = 2 * score + noise


def logistic(y, c):
    model = LogisticRegression(C=c, tol=1e-10, max_iter=10_000).fit(x.astype(np.float64), y)
    return {"labels": y.tolist(), "c": c, "probabilities": model.predict_proba(x.astype(np.float64)).round(9).tolist()}


standardised = (number - number.mean()) / number.std()
ridge = Ridge(alpha=1.0).fit(x.astype(np.float64), standardised)
fixture = {
    "scikit-learn": sklearn.__version__,
    "x": [[float(v) for v in row] for row in x],
    "binary": [logistic(binary, 1.0), logistic(binary, 0.1)],
    "multiclass": [logistic(three, 1.0)],
    "ridge": {"values": standardised.tolist(), "predictions": ridge.predict(x.astype(np.float64)).round(9).tolist()},
}
path = pathlib.Path(__file__).parents[2] / "packages/ml/src/models/fixtures/linear-models.json"
path.parent.mkdir(exist_ok=True)
path.write_text(json.dumps(fixture) + "\n")
