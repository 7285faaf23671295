// Trees of parameters: listing them by path, and putting tensors in their places.
import type { TensorData } from "../dtype.ts";
import type { Tensor } from "../graph/node.ts";
import { constantNode } from "../graph/node.ts";
import { sizeOf } from "../shape.ts";
import type { Parameter, Parameters, ParameterTensors } from "./layer.ts";

export interface NamedParameter {
  /** Names of the layers above joined by dots, for example "0.weight". */
  readonly path: string;
  readonly value: Parameter;
}

function isData(value: Parameter | Parameters): value is Parameter {
  return ArrayBuffer.isView(value.data) && Array.isArray(value.shape);
}

/** Every parameter with its path, in the tree's own order. */
export function listParameters(parameters: Parameters, above = ""): readonly NamedParameter[] {
  return Object.entries(parameters).flatMap(([name, value]) => {
    const path = above === "" ? name : `${above}.${name}`;
    return isData(value) ? [{ path, value }] : listParameters(value, path);
  });
}

/** The tree with `replace(parameter)` in the place of each parameter, called in the order of listParameters. */
export function mapParameters(
  parameters: Parameters,
  replace: (value: Parameter, path: string) => Tensor,
  above = "",
): ParameterTensors {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => {
      const path = above === "" ? name : `${above}.${name}`;
      return [name, isData(value) ? replace(value, path) : mapParameters(value, replace, path)] as const;
    }),
  );
}

/** Parameters as constants of the graph, named by their paths. */
export function constantParameters(parameters: Parameters): ParameterTensors {
  return mapParameters(parameters, (value, path) => constantNode(value, path));
}

/** Number of trainable values. */
export function countParameters(parameters: Parameters): number {
  return listParameters(parameters).reduce(
    (sum, { value }) => sum + (value.trained === false ? 0 : sizeOf(value.shape)),
    0,
  );
}

/** The tree with other data of the same shapes, in the order of listParameters; what is not trained stays so. */
export function replaceParameters(parameters: Parameters, values: readonly TensorData[]): Parameters {
  let next = 0;
  const walk = (tree: Parameters): Parameters =>
    Object.fromEntries(
      Object.entries(tree).map(([name, value]) =>
        isData(value) ? [name, withData(value, values[next++] as TensorData)] : [name, walk(value)],
      ),
    );
  return walk(parameters);
}

function withData({ trained }: Parameter, value: TensorData): Parameter {
  return trained === undefined ? value : { ...value, trained };
}

/** The tree with every parameter whose path `which` accepts (all by default) frozen: no training changes it. */
export function freeze(parameters: Parameters, which: (path: string) => boolean = () => true, above = ""): Parameters {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]): [string, Parameter | Parameters] => {
      const path = above === "" ? name : `${above}.${name}`;
      if (!isData(value)) return [name, freeze(value, which, path)];
      return [name, which(path) ? { ...value, trained: false } : value];
    }),
  );
}
