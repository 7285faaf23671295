// The house's arrows: one table of who may import whom, written into biome.arrows.json, which biome.json extends, so
// that the linter enforces it.
//   tsx scripts/arrows.ts           rewrites biome.arrows.json
//   tsx scripts/arrows.ts --check   fails when it is stale
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A level of rooms: its rooms may import each other and everything to their left, nothing to their right. */
type Level = readonly string[];

interface House {
  /** Workspace packages that this package may import. */
  readonly imports: readonly string[];
  /** Rooms in import order. A room is a folder, or a file without its extension. */
  readonly rooms: readonly Level[];
}

/** DESIGN: arrows point left only. */
export const houses: Readonly<Record<string, House>> = {
  nn: {
    imports: [],
    rooms: [
      ["errors"],
      ["dtype", "shape", "known-options"],
      ["graph"],
      ["onnx"],
      ["grad"],
      ["tensor"],
      ["layers", "losses", "optim"],
      ["lower"],
      ["runtime"],
      ["train"],
      ["report"],
    ],
  },
  data: {
    imports: [],
    rooms: [
      [
        "errors",
        "names",
        "random",
        "time",
        "column-type",
        "lazy",
        "view-column",
        "known-rows",
        "row-groups",
        "table",
        "rows",
        "schema",
        "content-hash",
        "statistics",
        "reading",
      ],
      ["dataset"],
      ["duck"],
      ["sources"],
      ["profile", "clean", "split", "augment", "synthesize"],
    ],
  },
  ml: {
    imports: ["@lepta/nn", "@lepta/data"],
    rooms: [
      ["federate"],
      ["inputs"],
      ["features", "search"],
      ["models"],
      ["outcomes"],
      ["evaluate"],
      ["explain", "compress"],
      ["tasks"],
      ["bundle"],
    ],
  },
  api: { imports: [], rooms: [] },
  server: {
    imports: ["@lepta/nn", "@lepta/data", "@lepta/ml", "@lepta/api"],
    rooms: [
      ["errors"],
      ["db", "files"],
      ["job-definition"],
      ["accounts"],
      ["outcomes"],
      ["registry"],
      ["serving"],
      ["experiments"],
      ["predicting"],
      ["monitoring"],
      ["metering"],
      ["cooperation"],
      ["jobs"],
      ["http"],
      ["main"],
    ],
  },
  console: { imports: ["@lepta/api"], rooms: [] },
  lepta: {
    imports: ["@lepta/nn", "@lepta/data", "@lepta/ml", "@lepta/api", "@lepta/server"],
    rooms: [["events", "json"], ["product"], ["text"], ["store"], ["learning"], ["pipeline"], ["commands"]],
  },
};

/** Packages that one room alone may import; every other file of the workspace goes through that room. */
const owned: readonly { readonly specifiers: readonly string[]; readonly room: string; readonly package: string }[] = [
  { specifiers: ["onnxruntime-*", "@lepta/onnxruntime-*", "@lepta/onnxruntime-*/**"], room: "runtime", package: "nn" },
  { specifiers: ["@duckdb/*", "@duckdb/*/**"], room: "duck", package: "data" },
];

const workspace = ["@lepta/nn", "@lepta/data", "@lepta/ml", "@lepta/api", "@lepta/server", "@lepta/console", "lepta"];

interface Pattern {
  readonly group: readonly string[];
  readonly message: string;
}

function packagePatterns(name: string, room: string | undefined): Pattern[] {
  const house = houses[name] as House;
  const self = name === "lepta" ? "lepta" : `@lepta/${name}`;
  const forbidden = workspace.filter((other) => !house.imports.includes(other) && other !== self);
  const patterns: Pattern[] = [
    {
      group: forbidden.flatMap((other) => [other, `${other}/**`]),
      message: `@lepta/${name} may import only ${house.imports.join(", ") || "no other package of the house"}.`,
    },
    { group: [self, `${self}/**`], message: "Inside a package, import the file, not the package." },
    {
      group: Object.keys(houses)
        .filter((other) => other !== name)
        .map((other) => `**/${other}/src/**`),
      message: "Import another package by its name, not by its path.",
    },
  ];
  for (const { specifiers, room: owner, package: home } of owned) {
    if (name !== home || room !== owner)
      patterns.push({ group: specifiers, message: `Only ${home}/${owner} imports ${specifiers[0]}.` });
  }
  return patterns;
}

function roomPatterns(name: string, room: string): Pattern[] {
  const levels = (houses[name] as House).rooms;
  const own = levels.findIndex((level) => level.includes(room));
  const right = levels.slice(own + 1).flat();
  if (right.length === 0) return [];
  return [
    {
      group: right.flatMap((other) => [`**/${other}/**`, `**/${other}.ts`]),
      message: `${name}/${room} may not import a room to its right (${right.join(", ")}).`,
    },
  ];
}

function override(includes: readonly string[], patterns: readonly Pattern[]): object {
  const options = { patterns };
  return { includes, linter: { rules: { style: { noRestrictedImports: { level: "error", options } } } } };
}

/** Biome's overrides, in the order in which it applies them (the last match of a file wins). */
export function arrowOverrides(): object[] {
  const tests = ["!packages/*/src/**/*.test.ts", "!packages/*/src/**/*.test.tsx"];
  const overrides: object[] = [];
  for (const [name, house] of Object.entries(houses)) {
    overrides.push(override([`packages/${name}/src/**`, ...tests], packagePatterns(name, undefined)));
    for (const room of house.rooms.flat()) {
      const root = `packages/${name}/src/${room}`;
      overrides.push(
        override(
          [`${root}/**`, `${root}.ts`, `${root}.node.ts`, `${root}.web.ts`, ...tests],
          [...packagePatterns(name, room), ...roomPatterns(name, room)],
        ),
      );
    }
  }
  return overrides;
}

function main(): void {
  const path = fileURLToPath(new URL("../biome.arrows.json", import.meta.url));
  const { $schema } = JSON.parse(readFileSync(new URL("../biome.json", import.meta.url), "utf8")) as {
    $schema: string;
  };
  const fresh = `${JSON.stringify({ $schema, overrides: arrowOverrides() }, null, 2)}\n`;
  const same = existsSync(path) && readFileSync(path, "utf8") === fresh;
  if (process.argv.includes("--check")) {
    if (same) return;
    console.error("biome.arrows.json does not hold the arrows of scripts/arrows.ts. Run: npm run arrows");
    process.exit(1);
  }
  if (!same) writeFileSync(path, fresh);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
