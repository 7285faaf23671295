// Variational autoencoders (Kingma and Welling 2014), dense and convolutional. Their loss is `elbo`.

import { NnError } from "../../errors.ts";
import type { Tensor } from "../../graph/node.ts";
import { knownOptions } from "../../known-options.ts";
import type { Shape } from "../../shape.ts";
import { formatShape, isStatic, sizeOf } from "../../shape.ts";
import { add, cast, cos, exp, log, mul, sqrt } from "../../tensor/elementwise.ts";
import { input } from "../../tensor/leaves.ts";
import { reshape } from "../../tensor/shaping.ts";
import { lambda, relu } from "../activations.ts";
import { evaluationContext } from "../context.ts";
import { conv2d, convTranspose2d } from "../convolution.ts";
import type { Context, Layer } from "../layer.ts";
import { layer } from "../layer.ts";
import { linear } from "../linear.ts";
import { constantParameters } from "../parameters.ts";
import { flatten } from "../pooling.ts";
import { sequential } from "../sequential.ts";

/** What `elbo` reads: the reconstruction's logits, shaped like the input, and the code's distribution [batch, latent]. */
export type VaeOutput = Readonly<Record<"reconstruction" | "mean" | "logVariance", Tensor>>;

/** Standard normal numbers by Box and Muller, of the shape of `like`; fresh at every step. Training only. */
export function randomNormal(like: Tensor, context: Context): Tensor {
  const unit = (): Tensor => add(mul(cast(context.randomBits(like.shape), "float32"), 2 ** -32), 0.5);
  // In (0, 1]: float32 rounds 0.5 - 2⁻³² up, and the lowest bits down to 0.
  const radius = sqrt(mul(log(add(mul(unit(), 1 - 2 ** -24), 2 ** -25)), -2));
  return mul(radius, cos(mul(unit(), 2 * Math.PI)));
}

/** A layer between an encoder's features [batch, n] and a decoder of codes [batch, latent]. */
function variational(
  name: string,
  latent: number,
  encoder: Layer,
  decoderFor: (shape: Shape) => Layer,
): Layer<Tensor, VaeOutput> {
  const head = linear(latent);
  return layer({
    name,
    init(inputShape: Shape, rng) {
      const own = encoder.init(inputShape, rng.fork("encoder"));
      const probe = input("x", "float32", inputShape);
      const features = encoder.apply(constantParameters(own), probe, evaluationContext());
      return {
        encoder: own,
        mean: head.init(features.shape, rng.fork("mean")),
        logVariance: head.init(features.shape, rng.fork("logVariance")),
        decoder: decoderFor(inputShape).init(["N", latent], rng.fork("decoder")),
      };
    },
    apply(parameters, x: Tensor, context): VaeOutput {
      const features = encoder.apply(parameters.encoder, x, context.child("encoder"));
      const mean = head.apply(parameters.mean, features, context);
      const logVariance = head.apply(parameters.logVariance, features, context);
      const code = context.training ? add(mean, mul(exp(mul(logVariance, 0.5)), randomNormal(mean, context))) : mean;
      const reconstruction = decoderFor(x.shape).apply(parameters.decoder, code, context.child("decoder"));
      return { reconstruction, mean, logVariance };
    },
  });
}

function sizesAfterBatch(shape: Shape, name: string): readonly number[] {
  const sizes = shape.slice(1);
  if (isStatic(sizes)) return sizes;
  throw new NnError(
    "shape-mismatch",
    `${name}: the sizes of one example are not known in ${formatShape(shape)}.`,
    "Give all sizes after the batch as numbers.",
  );
}

export interface VaeOptions {
  /** Size of the code (default 20). */
  readonly latent?: number;
  /** Width of the hidden layers of `vae` (default 400), channels of the first convolution of `vaeConv` (default 16). */
  readonly width?: number;
}

/** A dense autoencoder of examples of any shape, for example images [batch, 1, 28, 28]. */
export function vae(options: VaeOptions = {}): Layer<Tensor, VaeOutput> {
  knownOptions<VaeOptions>("vae", options, { latent: true, width: true });
  const { latent = 20, width = 400 } = options;
  return variational("vae", latent, sequential(flatten(), linear(width), relu()), (shape) => {
    const sizes = sizesAfterBatch(shape, "vae");
    const unflatten = lambda("unflatten", (x) => reshape(x, [-1, ...sizes]));
    return sequential(linear(width), relu(), linear(sizeOf(sizes)), unflatten);
  });
}

/** A convolutional autoencoder of images [batch, channels, height, width]; the sizes are multiples of 4. */
export function vaeConv(options: VaeOptions = {}): Layer<Tensor, VaeOutput> {
  knownOptions<VaeOptions>("vaeConv", options, { latent: true, width: true });
  const { latent = 20, width = 16 } = options;
  const half = { stride: 2, padding: 1 } as const;
  const encoder = sequential(conv2d(width, 4, half), relu(), conv2d(2 * width, 4, half), relu(), flatten());
  return variational("vaeConv", latent, encoder, (shape) => {
    const [channels = 1, height = 4, wide = 4] = sizesAfterBatch(shape, "vaeConv");
    if (height % 4 !== 0 || wide % 4 !== 0) {
      throw new NnError("shape-mismatch", `vaeConv: ${height}×${wide} is not a multiple of 4.`, "Resize the images.");
    }
    const inner = [2 * width, height / 4, wide / 4] as const;
    return sequential(
      linear(sizeOf(inner)),
      relu(),
      lambda("unflatten", (x) => reshape(x, [-1, ...inner])),
      convTranspose2d(width, 4, half),
      relu(),
      convTranspose2d(channels, 4, half),
    );
  });
}
