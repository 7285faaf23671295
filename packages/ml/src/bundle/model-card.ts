// card.md: the bundle as a Hugging Face model card, YAML front matter and all.
import type { MeasuredMetric } from "../evaluate/metrics/metric.ts";
import { trivialText } from "../evaluate/trivial.ts";
import { profileRange } from "../inputs/profiles/index.ts";
import { outcomeEntry } from "../outcomes/index.ts";
import type { Manifest } from "./manifest.ts";

export function modelCard(
  manifest: Manifest,
  texts: { readonly tag: string; readonly intendedUse?: string | undefined; readonly data?: string | undefined },
): string {
  const { name, target, outcome, trainedOn, evaluatedOn, inputs, leftOut } = manifest;
  const entry = outcomeEntry(outcome);
  const [says, ...more] = entry.sentences(outcome, { target, columns: inputs.length });
  const lines = [
    ...frontMatter(manifest, texts.tag),
    "",
    `# ${name}`,
    "",
    `A model (${manifest.model}) that ${says}`,
    ...more,
    "",
    "`model.onnx` holds the fitted feature pipeline and the model: it takes raw columns, and any ONNX runtime runs it.",
    "",
    "## Intended use",
    "",
    texts.intendedUse ??
      "Rows drawn from the same source as the training data. Nobody has stated a wider use; assume none.",
    "",
    "## Data",
    "",
    ...(texts.data === undefined ? [] : [texts.data, ""]),
    `Trained on ${trainedOn.rows} rows of the data set with SHA-256 \`${manifest.dataHash}\`, seed ${manifest.seed}.`,
    "",
    "| column | type |",
    "| --- | --- |",
    ...inputs.map((input) => `| ${cell(input.name)} | ${input.type} |`),
    ...(leftOut.length === 0
      ? []
      : ["", "Left out:", "", ...leftOut.map((column) => `- \`${column.name}\`: ${column.reason}`)]),
    ...(manifest.notes.length === 0 ? [] : ["", ...manifest.notes.map((note) => `- ${note}.`)]),
    "",
    "## Metrics",
    "",
    ...metricsSection(manifest),
    "",
    "## Limits",
    "",
    ...limits(manifest),
    ...(evaluatedOn === null
      ? []
      : [`- ${evaluatedOn.rows} test rows: the intervals say how far chance alone reaches.`]),
    "",
    `Made by lepta ${manifest.versions.lepta} with ONNX Runtime ${manifest.versions.onnxruntime} at ${manifest.createdAt}.`,
    "",
  ];
  return lines.join("\n");
}

function frontMatter({ name, license, metrics, evaluatedOn, dataHash }: Manifest, tag: string): string[] {
  const values = Object.entries(metrics);
  return [
    "---",
    ...(license === null ? [] : [`license: ${yaml(license.toLowerCase())}`]),
    "library_name: onnx",
    `pipeline_tag: ${tag}`,
    "tags:",
    "  - lepta",
    "  - tabular",
    ...(values.length === 0 || evaluatedOn === null
      ? []
      : [
          "model-index:",
          `  - name: ${yaml(name)}`,
          "    results:",
          "      - task:",
          `          type: ${tag}`,
          "        dataset:",
          "          name: held-out test part",
          `          type: ${dataHash.slice(0, 12)}`,
          "        metrics:",
          ...values.flatMap(([metric, { value }]) => [
            `          - type: ${metric}`,
            `            value: ${round(value)}`,
          ]),
        ]),
    "---",
  ];
}

function metricsSection({ group, metrics, baseline, trivial, evaluatedOn, model }: Manifest): string[] {
  if (Object.keys(metrics).length === 0) return ["Not evaluated on held-out rows."];
  const on = evaluatedOn === null ? "held-out rows" : `${evaluatedOn.rows} held-out rows`;
  const other = [
    ...(baseline === null ? [] : [`baseline (${baseline.model})`]),
    ...(trivial === null ? [] : ["trivial policy"]),
  ];
  return [
    `On ${on}, with 95 % intervals${group === undefined ? "" : ` over draws of \`${group}\``}:`,
    "",
    `| metric | ${[model, ...other].join(" | ")} |`,
    `| --- | ${["---", ...other.map(() => "---")].join(" | ")} |`,
    ...Object.entries(metrics).map(([name, metric]) => {
      const constant = trivial?.metrics[name];
      const beside = [
        ...(baseline === null ? [] : [interval(baseline.metrics[name])]),
        ...(trivial === null ? [] : [constant === undefined ? "–" : round(constant)]),
      ];
      return `| ${metric.title}${metric.direction === "lower" ? " (lower is better)" : ""} | ${[interval(metric), ...beside].join(" | ")} |`;
    }),
    ...(trivial === null ? [] : ["", trivialText(trivial)]),
  ];
}

function limits({ profile }: Manifest): string[] {
  const ranges = profile.flatMap((feature) => {
    const ends = profileRange(feature);
    return ends === undefined ? [] : [`\`${feature.name}\` ${range(...ends)}`];
  });
  return [
    ...(ranges.length === 0
      ? []
      : [`- Trained on these ranges; outside of them it extrapolates: ${ranges.join(", ")}.`]),
    "- A category that the training rows lacked counts as an average one.",
    "- It repeats whatever unfairness its training data hold; check it on the groups that it will decide about.",
  ];
}

const interval = (metric: MeasuredMetric | undefined): string =>
  metric === undefined ? "–" : `${round(metric.value)} (${ends(metric)})`;
const ends = ({ low, high, reason }: MeasuredMetric): string =>
  low === null || high === null ? `no interval: ${reason ?? "none was computed"}` : `${round(low)} to ${round(high)}`;
const round = (value: number): string => String(Number(value.toPrecision(4)));
/** Both ends with as many digits as tell them apart: 1,753,000,000,000 to 1,753,100,000,000 are not one number. */
const range = (low: number, high: number): string => {
  const digits = Math.ceil(Math.log10(Math.max(Math.abs(low), Math.abs(high)) / (high - low))) + 3;
  const rounded = (value: number): string => String(Number(value.toPrecision(Math.min(17, Math.max(4, digits)))));
  return high > low ? `${rounded(low)} to ${rounded(high)}` : String(low);
};
const cell = (value: string): string => value.replaceAll("|", "\\|").replaceAll("\n", " ");
const yaml = (value: string): string => (/^[\w.-]+$/.test(value) ? value : JSON.stringify(value));
