# Scores raw rows with a bundle's model by plain onnxruntime, for packages/ml/src/bundle/python.test.ts.
#   python tests/reference/score_bundle.py BUNDLE ROWS.json   (needs numpy, onnxruntime; prints the outputs as JSON)
# ROWS.json: { column: [values] }, null where a value is missing. Knows nothing of lepta: the model says what it takes.
import json
import pathlib
import sys

import numpy as np
import onnxruntime

model = onnxruntime.InferenceSession(str(pathlib.Path(sys.argv[1]) / "model.onnx"))
columns = json.loads(pathlib.Path(sys.argv[2]).read_text())
feeds = {}
for port in model.get_inputs():
    values = columns[port.name]
    if port.type == "tensor(string)":
        feed = np.array([value or "" for value in values], dtype=object)
    else:
        feed = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    feeds[port.name] = feed.reshape(-1, 1)
names = [port.name for port in model.get_outputs()]
print(json.dumps({name: output.tolist() for name, output in zip(names, model.run(None, feeds))}))
