// What a packed package must hold: its licence, its README, where it comes from; maps only with their sources; no litter.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";

interface Manifest {
  readonly name: string;
  readonly license?: string;
  readonly repository?: { readonly url?: string; readonly directory?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
}

/** Files that no user has a use for. */
const litter = /\.test\.|\.spec\.|(^|\/)(fixtures|testing|coverage|\.lepta)\/|\.tsbuildinfo$|(^|\/)\.[^/]+$|\.log$/;
/** Scripts that npm would run on a user's machine. */
const installScripts = ["preinstall", "install", "postinstall"];

/** What is wrong with a tarball, in sentences; none for a good one. */
export function tarballProblems(tarball: string): string[] {
  const room = mkdtempSync(join(tmpdir(), "lepta-tarball-"));
  try {
    const { status, stderr } = spawnSync("tar", ["-xzf", tarball, "-C", room], { encoding: "utf8" });
    if (status !== 0) return [`${tarball} does not unpack: ${stderr}`];
    const dir = join(room, "package");
    const files = readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1));
    const manifest = JSON.parse(readFileSync(join(dir, "package.json"), "utf8")) as Manifest;
    return [...manifestProblems(manifest), ...fileProblems(files), ...mapProblems(dir, files)].map(
      (problem) => `${manifest.name}: ${problem}`,
    );
  } finally {
    rmSync(room, { recursive: true, force: true });
  }
}

function manifestProblems({ license, repository, scripts = {}, dependencies = {} }: Manifest): string[] {
  return [
    ...(license === undefined ? ["names no license"] : []),
    ...(repository?.url && repository.directory ? [] : ["names no repository with its directory"]),
    ...installScripts.filter((name) => name in scripts).map((name) => `runs a script at ${name}`),
    ...Object.entries(dependencies)
      .filter(([, range]) => /^(\*|file:|workspace:)/.test(range))
      .map(([name, range]) => `depends on ${name}@${range}`),
  ];
}

function fileProblems(files: readonly string[]): string[] {
  return [
    ...["LICENSE", "README.md"].filter((name) => !files.includes(name)).map((name) => `has no ${name}`),
    ...files.filter((file) => litter.test(file)).map((file) => `has ${file}`),
  ];
}

function mapProblems(dir: string, files: readonly string[]): string[] {
  return files.flatMap((file) => {
    if (file.endsWith(".map")) {
      const map = JSON.parse(readFileSync(join(dir, file), "utf8")) as {
        sources: string[];
        sourcesContent?: unknown[];
      };
      if (map.sourcesContent?.length === map.sources.length) return [];
      const missing = map.sources.filter((source) => !files.includes(posix.join(dirname(file), source)));
      return missing.map((source) => `${file} names ${source}, which is not packed`);
    }
    if (!/\.m?js$/.test(file)) return [];
    const named = /\/\/# sourceMappingURL=(\S+)\s*$/.exec(readFileSync(join(dir, file), "utf8"))?.[1];
    if (named === undefined || named.startsWith("data:") || files.includes(posix.join(dirname(file), named))) return [];
    return [`${file} names ${named}, which is not packed`];
  });
}
