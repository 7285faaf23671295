# NVIDIA's client of the Open Inference Protocol, as it is used: python triton_client.py HOST:PORT KEY < row.json
# Prints one JSON document. pip install "tritonclient[http]" numpy
import json
import sys

import numpy as np
import tritonclient.http as http
from tritonclient.utils import InferenceServerException

host, key = sys.argv[1:3]
row = json.load(sys.stdin)
# The client writes into what it is given: a copy for each call.
headers = {"Authorization": "Bearer " + key}
client = http.InferenceServerClient(host)
said = {"live": client.is_server_live(), "ready": client.is_server_ready()}
said["model"] = client.is_model_ready("credit", headers=dict(headers))
said["index"] = client.get_model_repository_index(headers=dict(headers))
said["configuration"] = client.get_model_config("credit", headers=dict(headers))["max_batch_size"]
metadata = client.get_model_metadata("credit", headers=dict(headers))
types = {"INT16": np.int16, "UINT8": np.uint8, "UINT32": np.uint32, "INT64": np.int64, "FP16": np.float16, "FP32": np.float32, "FP64": np.float64}


def tensors(binary, number="FP64"):
    made = []
    for one in metadata["inputs"]:
        value = row[one["name"]]
        text = one["datatype"] == "BYTES"
        # The age alone in another type: the other columns need not fit it.
        kind = "BYTES" if text else number if one["name"] == "age" else "FP64"
        array = np.array([[value.encode()]] * 2, dtype=np.object_) if text else np.array([[value]] * 2, dtype=types[kind])
        tensor = http.InferInput(one["name"], [2, 1], kind)
        tensor.set_data_from_numpy(array, binary_data=binary)
        made.append(tensor)
    return made


def probabilities(inputs, **more):
    return client.infer("credit", inputs, headers=dict(headers), **more).as_numpy("probabilities").tolist()


said["defaults"] = probabilities(tensors(True))
said["json"] = probabilities(tensors(False), outputs=[http.InferRequestedOutput("probabilities", binary_data=False)])
said["label"] = [one.decode() for one in client.infer("credit", tensors(True), headers=dict(headers)).as_numpy("label").flatten()]
said["version"] = probabilities(tensors(True), model_version="1")
said["compressed"] = [probabilities(tensors(True), request_compression_algorithm=how) for how in ("gzip", "deflate")]
said["types"] = {kind: probabilities(tensors(True, kind)) for kind in types}
said["repeated"] = [
    client.infer("credit", tensors(True), headers=dict(headers), request_id="call-1").as_numpy("prediction_id").tolist() == again
    for again in [client.infer("credit", tensors(True), headers=dict(headers), request_id="call-1").as_numpy("prediction_id").tolist()]
]
said["refused"] = []
for work in (
    lambda: client.get_inference_statistics("credit", headers=dict(headers)),
    lambda: client.load_model("credit", headers=dict(headers)),
    lambda: client.get_system_shared_memory_status(headers=dict(headers)),
    lambda: client.infer("credit", tensors(True)[1:], headers=dict(headers)),
    lambda: client.infer("credit", tensors(True)),
):
    try:
        work()
        said["refused"].append("taken")
    except InferenceServerException as error:
        said["refused"].append(error.message().split(":")[0])
print(json.dumps(said))
