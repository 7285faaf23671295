// Repacks ONNX Runtime: one platform of onnxruntime-node without its install script, or the builds of onnxruntime-web
// that Lepta uses. The files are the originals, without references to source maps.
//   node scripts/onnxruntime.mjs native PLATFORM-ARCH DIR | web DIR | clean DIR
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const require = createRequire(new URL("../packages/nn/package.json", import.meta.url));
const original = (name) => dirname(dirname(require.resolve(name)));
/** What is repacked for Linux x64 lies in the workspace, and is the pattern of the others. */
const pattern = fileURLToPath(new URL("../packages/onnxruntime-linux-x64", import.meta.url));

/** The platforms that onnxruntime-node has libraries for, as `${process.platform}-${process.arch}`. */
export function nativePlatforms() {
  const bin = join(original("onnxruntime-node"), "bin/napi-v6");
  return readdirSync(bin).flatMap((platform) => readdirSync(join(bin, platform)).map((arch) => `${platform}-${arch}`));
}

function versionOf(name) {
  return JSON.parse(readFileSync(join(original(name), "package.json"), "utf8")).version;
}

/** A package's version says which ONNX Runtime is in it. */
function checkVersion(dir, name) {
  const { version } = JSON.parse(readFileSync(join(dir, "package.json"), "utf8"));
  if (version !== versionOf(name)) throw new Error(`${dir} is ${version}, ${name} is ${versionOf(name)}`);
}

/** Fills `dir` with the JavaScript and one platform's libraries. */
function fillNative(name, dir) {
  const from = original("onnxruntime-node");
  checkVersion(dir, "onnxruntime-node");
  clean(dir);
  const [platform, arch] = name.split("-");
  const libraries = join("bin/napi-v6", platform, arch);
  cpSync(join(from, libraries), join(dir, libraries), { recursive: true });
  // Its maps name sources that are not packed.
  for (const file of readdirSync(join(from, "dist")).filter((file) => file.endsWith(".js")))
    copyScript(from, dir, file);
}

/** Without the reference to a map that is not there. */
function copyScript(from, dir, file) {
  mkdirSync(join(dir, "dist"), { recursive: true });
  const text = readFileSync(join(from, "dist", file), "utf8");
  writeFileSync(join(dir, "dist", file), text.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n"));
}

function fillWeb(dir) {
  const from = original("onnxruntime-web");
  checkVersion(dir, "onnxruntime-web");
  clean(dir);
  for (const file of ["ort.node.min.mjs", "ort.wasm.bundle.min.mjs", "ort.webgpu.bundle.min.mjs"])
    copyScript(from, dir, file);
  for (const build of ["", ".asyncify"])
    for (const ending of ["mjs", "wasm"]) {
      const file = join("dist", `ort-wasm-simd-threaded${build}.${ending}`);
      cpSync(join(from, file), join(dir, file));
    }
}

function clean(dir) {
  for (const name of ["bin", "dist"]) rmSync(join(dir, name), { recursive: true, force: true });
}

/** A whole package of another platform, from the pattern. @returns its package.json */
export function writeNativePackage(name, dir) {
  mkdirSync(dir, { recursive: true });
  const { scripts, devDependencies, ...manifest } = JSON.parse(readFileSync(join(pattern, "package.json"), "utf8"));
  const [platform, arch] = name.split("-");
  const titles = { darwin: "macOS", linux: "Linux", win32: "Windows" };
  const title = `${titles[platform]} ${arch}`;
  const limited = {
    ...manifest,
    name: manifest.name.replace("linux-x64", name),
    description: manifest.description.replace("Linux x64", title),
    os: [platform],
    cpu: [arch],
    ...(platform === "linux" ? { libc: ["glibc"] } : {}),
  };
  writeFileSync(join(dir, "package.json"), `${JSON.stringify(limited, null, 2)}\n`);
  const readme = readFileSync(join(pattern, "README.md"), "utf8");
  writeFileSync(join(dir, "README.md"), readme.replaceAll("linux-x64", name).replaceAll("Linux x64", title));
  cpSync(join(pattern, "LICENSE"), join(dir, "LICENSE"));
  fillNative(name, dir);
  return limited;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [verb, ...args] = process.argv.slice(2);
  const verbs = { native: fillNative, web: fillWeb, clean };
  if (verbs[verb] === undefined || !existsSync(args.at(-1) ?? "")) {
    console.error("usage: onnxruntime.mjs native PLATFORM-ARCH DIR | web DIR | clean DIR");
    process.exit(2);
  }
  verbs[verb](...args);
}
