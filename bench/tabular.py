"""The peer of tabular.ts: scikit-learn's histogram gradient boosting, same rows, same folds."""

import json
import sys
import time

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import log_loss, mean_absolute_error, roc_auc_score, root_mean_squared_error
from sklearn.preprocessing import OrdinalEncoder

with open(sys.argv[1]) as file:
    table = json.load(file)
parts, categorical = [], []
for column in table["columns"]:
    if column["type"] in ("category", "text"):
        values = np.array(column["data"], dtype=object)[:, None]
        parts.append(OrdinalEncoder(max_categories=250).fit_transform(values)[:, 0])
        categorical.append(True)
        continue
    values = np.array([np.nan if value is None else value for value in column["data"]], dtype=np.float64)
    parts.append(values)
    categorical.append(False)
    if column["type"] == "timestamp":
        # The cycles that our features give, too.
        for length in (86_400_000, 7 * 86_400_000, 365.2425 * 86_400_000):
            parts.append((values / length) % 1)
            categorical.append(False)
x = np.stack(parts, axis=1)
classes = table.get("classes")
y = np.array(table["answers"], dtype=np.float64) if classes is None else np.array(table["answers"]).astype(str)
if classes is not None:
    y = np.searchsorted(np.unique(y), y)
make = HistGradientBoostingRegressor if classes is None else HistGradientBoostingClassifier
rounds = max(1, round(table["rounds"]))
same = {"max_iter": rounds, "learning_rate": 0.05, "max_leaf_nodes": 8, "l2_regularization": 1.0, "early_stopping": False}
peers = {"scikit-learn, defaults": {}, "scikit-learn, 8 leaves, our rounds": same}
report = []
for name, settings in peers.items():
    by_seed, seconds, epochs, cpu, count = [], [], [], 0.0, 0
    for seed, folds in enumerate(table["folds"], 1):
        values = []
        for test in folds:
            learn = np.setdiff1d(np.arange(len(y)), test)
            before = time.process_time()
            model = make(categorical_features=categorical, random_state=seed, **settings).fit(x[learn], y[learn])
            cpu += time.process_time() - before
            count += 1
            epochs.append(model.n_iter_)
            if classes is None:
                answers = model.predict(x[test])
                values.append(root_mean_squared_error(y[test], answers))
                seconds.append(mean_absolute_error(y[test], answers))
            else:
                answers = model.predict_proba(x[test])
                values.append(roc_auc_score(y[test], answers[:, 1]))
                seconds.append(log_loss(y[test], answers))
        by_seed.append(float(np.mean(values)))
    report.append(
        {
            "model": name,
            "values": by_seed,
            "second": float(np.mean(seconds)),
            "epochs": float(np.mean(epochs)),
            "cpuSeconds": cpu / count,
        }
    )
print(json.dumps(report))
