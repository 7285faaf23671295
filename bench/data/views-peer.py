# Parts and a profile by pandas, for bench/data/views.ts:  python bench/data/views-peer.py FILE REPEATS  (prints JSON)
import json
import sys
import time

import numpy as np
import pandas as pd

path, repeats = sys.argv[1], int(sys.argv[2])
types = {"city": "category", "purpose": "category", "churn": "category"}
table = pd.read_csv(path, parse_dates=["joined"], dtype=types)
order = np.random.default_rng(1).permutation(len(table))
cuts = np.split(order, [int(0.6 * len(table)), int(0.8 * len(table))])
parts = [np.sort(rows) for rows in cuts]
target = table["churn"] == "yes"


def take():
    for rows in parts:
        part = table.iloc[rows]
        len(part["income"]), len(part["churn"])


def profile():
    # What ours has: quantiles, histogram, moments, frequent values, repeated rows, and each feature's AUC by ranks.
    for name in table.columns:
        column = table[name]
        column.value_counts().head(10)
        if not pd.api.types.is_numeric_dtype(column):
            continue
        column.quantile([0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99])
        np.histogram(column.dropna(), bins=20)
        column.mean(), column.std(), column.min(), column.max(), column.nunique()
        column.rank()[target].sum()
        pd.crosstab(pd.qcut(column, 10, duplicates="drop"), table["churn"])
    table.duplicated().sum()
    table.drop(columns=["churn"]).duplicated(keep=False).sum()


def seconds(work):
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return sorted(times)[repeats // 2]


print(json.dumps({"version": pd.__version__, "parts": seconds(take), "profile": seconds(profile)}))
