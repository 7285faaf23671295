// LeNet-5 (LeCun et al. 1998) in the form of PyTorch's CIFAR tutorial.
import { relu } from "../activations.ts";
import { conv2d } from "../convolution.ts";
import type { Layer } from "../layer.ts";
import { linear } from "../linear.ts";
import { flatten, maxPool2d } from "../pooling.ts";
import { sequential } from "../sequential.ts";

/** Images [batch, channels, 32, 32] (or nearby sizes) → logits [batch, classes]. 62,006 parameters for 3×32×32 and 10. */
export function lenet(classes = 10): Layer {
  return sequential(
    conv2d(6, 5),
    relu(),
    maxPool2d(2),
    conv2d(16, 5),
    relu(),
    maxPool2d(2),
    flatten(),
    linear(120),
    relu(),
    linear(84),
    relu(),
    linear(classes),
  );
}
