// Residual networks (He et al. 2016): the small ones for 32×32 images, and ResNet-18.
import { NnError } from "../../errors.ts";
import type { Shape } from "../../shape.ts";
import { relu } from "../activations.ts";
import { batchNorm } from "../batch-norm.ts";
import { channelsOf, conv2d } from "../convolution.ts";
import type { Layer } from "../layer.ts";
import { layer } from "../layer.ts";
import { linear } from "../linear.ts";
import { globalAvgPool, maxPool2d } from "../pooling.ts";
import { residual } from "../residual.ts";
import { sequential } from "../sequential.ts";

const conv3 = (out: number, stride = 1): Layer => conv2d(out, 3, { stride, padding: 1, bias: false });

/** Two 3×3 convolutions around a shortcut, which is a 1×1 convolution where the sizes change. */
export function basicBlock(out: number, stride = 1): Layer {
  const name = `basicBlock(${out})`;
  const inner = sequential(conv3(out, stride), batchNorm(), relu(), conv3(out), batchNorm());
  const blockFor = (shape: Shape): Layer => {
    if (stride === 1 && channelsOf(shape, name, 2) === out) return residual(inner);
    return residual(inner, sequential(conv2d(out, 1, { stride, bias: false }), batchNorm()));
  };
  return layer({
    name,
    init: (inputShape, rng) => blockFor(inputShape).init(inputShape, rng),
    apply: (parameters, x, context) => relu(blockFor(x.shape).apply(parameters, x, context)),
  });
}

function stages(widths: readonly number[], blocks: number): readonly Layer[] {
  return widths.flatMap((width, stage) =>
    Array.from({ length: blocks }, (_, block) => basicBlock(width, stage > 0 && block === 0 ? 2 : 1)),
  );
}

/**
 * ResNet for small images: [batch, 3, 32, 32] → logits [batch, classes]. `depth` is 20, 32, 44, 56, 110 or another
 * 6 n + 2. Shortcuts that change sizes are 1×1 convolutions.
 */
export function resnetCifar(depth = 20, classes = 10): Layer {
  if (depth < 8 || (depth - 2) % 6 !== 0) {
    throw new NnError(
      "attribute-invalid",
      `resnetCifar: there is no depth ${depth}.`,
      "Use 6 n + 2: 20, 32, 44, 56, …",
    );
  }
  return sequential(
    conv3(16),
    batchNorm(),
    relu(),
    ...stages([16, 32, 64], (depth - 2) / 6),
    globalAvgPool(),
    linear(classes),
  );
}

/** ResNet-18: images [batch, 3, 224, 224] (or other sizes from 32 on) → logits [batch, classes]. */
export function resnet18(classes = 1000): Layer {
  return sequential(
    conv2d(64, 7, { stride: 2, padding: 3, bias: false }),
    batchNorm(),
    relu(),
    maxPool2d(3, { stride: 2, padding: 1 }),
    ...stages([64, 128, 256, 512], 2),
    globalAvgPool(),
    linear(classes),
  );
}
