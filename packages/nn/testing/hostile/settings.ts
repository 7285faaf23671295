// Operators at extreme settings: windows, axes, sizes and indices.
import { int64, node, tensor } from "../onnx-files.ts";
import { extremes } from "./extremes.ts";
import type { HostileFile } from "./file.ts";
import { one } from "./file.ts";

export const extremeSettings: readonly HostileFile[] = extremes.flatMap((value): HostileFile[] => {
  const [k, filters] = [Number(value), tensor("f", [3, 4, 1], { dataType: 1, rawData: new Uint8Array(48) })];
  if (!Number.isSafeInteger(k)) return [];
  return [
    {
      name: `pooling by ${k}`,
      bytes: one([node("MaxPool", ["x"], ["y"], { kernel_shape: [k], strides: [k], pads: [k, k] })]),
    },
    {
      name: `convolution by ${k}`,
      bytes: one([node("Conv", ["x", "f"], ["y"], { dilations: [k], strides: [k], group: k })], [filters]),
    },
    {
      name: `splits of ${k}`,
      bytes: one([node("Split", ["x", "s"], ["y", "z"], { axis: 1 })], [int64("s", k, 4 - k)]),
    },
    {
      name: `axis ${k}`,
      bytes: one([node("Concat", ["x", "x"], ["c"], { axis: k }), node("Softmax", ["c"], ["y"], { axis: k })]),
    },
    { name: `shape ${k}`, bytes: one([node("Reshape", ["x", "s"], ["y"])], [int64("s", k, -1)]) },
    { name: `gather ${k}`, bytes: one([node("Gather", ["x", "s"], ["y"], { axis: 1 })], [int64("s", k)]) },
    { name: `top ${k}`, bytes: one([node("TopK", ["x", "s"], ["y", "i"], { axis: 1 })], [int64("s", k)]) },
    {
      name: `scatter ${k}`,
      bytes: one(
        [node("ScatterElements", ["x", "i", "u"], ["y"], { axis: 1 })],
        [
          tensor("i", [1, 1, 1], { dataType: 7, int64Data: [value] }),
          tensor("u", [1, 1, 1], { dataType: 1, rawData: new Uint8Array(4) }),
        ],
      ),
    },
    {
      name: `depth to space ${k}`,
      bytes: one(
        [node("Unsqueeze", ["x", "a"], ["u"]), node("DepthToSpace", ["u"], ["y"], { blocksize: k })],
        [int64("a", 3)],
      ),
    },
    { name: `resize ${k}`, bytes: one([node("Resize", ["x", "", "", "s"], ["y"])], [int64("s", 1, 4, k)]) },
  ];
});
