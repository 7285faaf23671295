"""The peer of categories.ts: one-hot logistic (or ridge) regression of scikit-learn, same rows, same test rows."""

import json
import sys

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import r2_score, roc_auc_score
from sklearn.preprocessing import OneHotEncoder

with open(sys.argv[1]) as file:
    table = json.load(file)
place = np.array(table["columns"]["place"])[:, None]
x = np.array(table["columns"]["x"])[:, None]
y = np.array(table["columns"]["y"])
learn, test = np.array(table["learn"]), np.array(table["test"])
encoder = OneHotEncoder(handle_unknown="ignore").fit(place[learn])


def features(rows):
    return hstack([encoder.transform(place[rows]), csr_matrix(x[rows])]).tocsr()


if table["task"] == "regression":
    model = Ridge().fit(features(learn), y[learn])
    print(f"{r2_score(y[test], model.predict(features(test))):.4f}")
else:
    model = LogisticRegression(max_iter=1000).fit(features(learn), y[learn])
    probabilities = model.predict_proba(features(test))
    if probabilities.shape[1] == 2:
        print(f"{roc_auc_score(y[test], probabilities[:, 1]):.4f}")
    else:
        print(f"{roc_auc_score(y[test], probabilities, multi_class='ovr', average='macro'):.4f}")
