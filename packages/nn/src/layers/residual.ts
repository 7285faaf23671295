// A layer whose input is added to its result (He et al. 2016).
import { add } from "../tensor/elementwise.ts";
import type { Layer } from "./layer.ts";
import { layer } from "./layer.ts";

/** x + inner(x), or shortcut(x) + inner(x) where sizes differ. */
export function residual(inner: Layer, shortcut?: Layer): Layer {
  return layer({
    name: `residual(${inner.name})`,
    init: (inputShape, rng) => ({
      inner: inner.init(inputShape, rng.fork("inner")),
      ...(shortcut && { shortcut: shortcut.init(inputShape, rng.fork("shortcut")) }),
    }),
    apply(parameters, x, context) {
      const y = inner.apply(parameters.inner, x, context.child("inner"));
      if (shortcut === undefined) return add(x, y);
      return add(shortcut.apply(parameters.shortcut ?? {}, x, context.child("shortcut")), y);
    },
  });
}
