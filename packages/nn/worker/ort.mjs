// The native ONNX Runtime of this machine. Plain JavaScript, as the engine's thread loads it too.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { platform, arch } = process;

// Lepta's own package has one platform's libraries and no install script. Where there is none for this machine, or
// where one wants CUDA, onnxruntime-node itself does.
const packages = [`@lepta/onnxruntime-${platform}-${arch}`, "onnxruntime-node"];

/** The package, or undefined where it is not installed. One that is installed and does not load throws. */
function load(name) {
  let path;
  try {
    path = require.resolve(name);
  } catch {
    return undefined;
  }
  return require(path);
}

function runtime() {
  for (const name of packages) {
    const found = load(name);
    if (found !== undefined) return found;
  }
  throw Object.assign(
    new Error(
      `ONNX Runtime is not installed for this machine (${platform} ${arch}): neither ${packages.join(" nor ")}.`,
    ),
    {
      code: "runtime-missing",
      fix: `Install again without --omit=optional; or, where ${packages[0]} is not offered, install onnxruntime-node 1.30.`,
    },
  );
}

export const { env, InferenceSession, Tensor } = runtime();
