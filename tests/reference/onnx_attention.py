"""Attention (operator set 23) with queries that see no key, by onnx's reference evaluator, for
packages/nn/src/onnx/foreign/attention.test.ts. q, k and v are sin(1.7 i) · 2, [1, 1, 4, 2].

Run: python tests/reference/onnx_attention.py > packages/nn/src/onnx/foreign/fixtures/attention.json
"""
import json
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

x = (np.sin(np.arange(8) * 1.7) * 2).astype(np.float32).reshape(1, 1, 4, 2)
seen = np.ones((4, 4), dtype=bool)
seen[1], seen[2, :3] = False, False
scores = np.sin(np.arange(16, dtype=np.float32)).reshape(4, 4)
out = {"onnx": onnx.__version__, "seen": seen.astype(int).flatten().tolist(), "y": {}}
for kind, mask in {"bool": seen, "float": np.where(seen, scores, np.float32(-np.inf))}.items():
    for causal in (0, 1):
        node = helper.make_node("Attention", ["x", "x", "x", "mask"], ["y"], is_causal=causal)
        element = TensorProto.BOOL if kind == "bool" else TensorProto.FLOAT
        inputs = [
            helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape),
            helper.make_tensor_value_info("mask", element, mask.shape),
        ]
        output = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
        model = helper.make_model(
            helper.make_graph([node], "attention", inputs, [output]), opset_imports=[helper.make_opsetid("", 23)]
        )
        (y,) = ReferenceEvaluator(model).run(None, {"x": x, "mask": mask})
        out["y"][f"{kind} {causal}"] = [float(f"{value:.8g}") for value in y.flatten().tolist()]
json.dump(out, sys.stdout)
