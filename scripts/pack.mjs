// `npm run pack`: every package as it is published, as tarballs in dist/packages; `npm install dist/packages/*.tgz` installs
// them on this machine. With --all-platforms, as for a release, ONNX Runtime for the others lies in other-platforms beside.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { nativePlatforms, writeNativePackage } from "./onnxruntime.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = join(root, "dist/packages");
const others = join(out, "other-platforms");
const stage = join(root, "dist/pack-stage");

function run(program, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${error?.message ?? `${stdout}${stderr}`}`);
  return stdout;
}
const read = (dir) => JSON.parse(readFileSync(join(dir, "package.json"), "utf8"));

/** @returns the tarball's name */
function pack(dir, to, ...options) {
  const [{ filename }] = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", to, ...options], dir));
  return filename;
}

rmSync(out, { recursive: true, force: true });
rmSync(stage, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
mkdirSync(stage, { recursive: true });

const tarballs = new Map();
for (const name of readdirSync(join(root, "packages"))) {
  const dir = join(root, "packages", name);
  if (read(dir).private === true || name.startsWith("onnxruntime-linux")) continue;
  tarballs.set(name, pack(dir, out));
}

// In the workspace only Linux x64 can be named: npm looks for every name of a lock file. Published, each machine takes
// the package of its own platform.
const version = read(join(root, "packages/onnxruntime-linux-x64")).version;
const platforms = nativePlatforms();
const own = `${process.platform}-${process.arch}`;
for (const platform of process.argv.includes("--all-platforms") ? platforms : [own]) {
  const dir = join(stage, platform);
  writeNativePackage(platform, dir);
  mkdirSync(others, { recursive: true });
  pack(dir, platform === own ? out : others);
}
run("tar", ["-xzf", join(out, tarballs.get("nn")), "-C", stage], root);
const nn = join(stage, "package");
const manifest = read(nn);
manifest.optionalDependencies = Object.fromEntries(
  platforms.sort().map((platform) => [`@lepta/onnxruntime-${platform}`, version]),
);
writeFileSync(join(nn, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
pack(nn, out, "--ignore-scripts");

rmSync(stage, { recursive: true, force: true });
for (const file of readdirSync(out, { recursive: true })) if (file.endsWith(".tgz")) console.log(join(out, file));
