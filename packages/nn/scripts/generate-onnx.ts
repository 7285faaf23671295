// Generates src/onnx/proto/onnx_pb.ts from onnx.proto with buf and protoc-gen-es; --check fails when it is stale.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const proto = join(root, "src/onnx/proto");
const target = join(proto, "onnx_pb.ts");
const bin = fileURLToPath(new URL("../../../node_modules/.bin", import.meta.url));

function generate(): string {
  const out = mkdtempSync(join(tmpdir(), "onnx-proto-"));
  try {
    const options = ["target=ts", "import_extension=ts", "ts_nocheck=true"];
    const template = JSON.stringify({ version: "v2", plugins: [{ local: "protoc-gen-es", out, opt: options }] });
    execFileSync(join(bin, "buf"), ["generate", "--template", template, proto], {
      env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ""}` },
      stdio: ["ignore", "inherit", "inherit"],
    });
    return readFileSync(join(out, "onnx_pb.ts"), "utf8");
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

const fresh = generate();
if (!process.argv.includes("--check")) {
  writeFileSync(target, fresh);
} else if (readFileSync(target, "utf8") !== fresh) {
  console.error(`${target} is stale: run npm run generate:onnx -w @lepta/nn`);
  process.exitCode = 1;
}
