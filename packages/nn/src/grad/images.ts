// Gradient rules of resizing and of moves between space and channels.
import { apply } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import { int64s, reshape, transpose } from "../graph/operators.ts";
import { knownSizes } from "./formulations/formulation.ts";
import { resize } from "./resize.ts";
import type { Rule } from "./rule.ts";

const depthToSpace: Rule = ({ inputs: [x], output, gradient }) => {
  const { blocksize, mode } = output.node.attributes;
  if (mode !== "CRD") return [apply("SpaceToDepth", [gradient], { blocksize: blocksize as number })];
  const size = blocksize as number;
  const [batch = 1, channels = 1, height = 1, width = 1] = knownSizes(x as Tensor, "DepthToSpace");
  const split = reshape(gradient, int64s([batch, channels / size ** 2, height, size, width, size]));
  return [reshape(transpose(split, [0, 1, 3, 5, 2, 4]), int64s([batch, channels, height, width]))];
};

const spaceToDepth: Rule = ({ output, gradient }) => [
  apply("DepthToSpace", [gradient], { blocksize: output.node.attributes.blocksize as number, mode: "DCR" }),
];

export const imageRules: Readonly<Record<string, Rule>> = {
  Resize: resize,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
};
