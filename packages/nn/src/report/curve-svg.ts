// A training's curves as an SVG picture: loss and metrics over the epochs, in training and validation.
import { NnError } from "../errors.ts";
import type { FitEvent } from "../train/events.ts";

export interface CurveSvgOptions {
  readonly title?: string;
  /** Width of the picture in pixels (default 640); every panel is 260 high. */
  readonly width?: number;
  /** What the second curve is called (default "validation"). */
  readonly validationName?: string;
  /** Curves that the loop does not compute, one value an epoch, for example a training accuracy. */
  readonly training?: Readonly<Record<string, readonly number[]>>;
}

interface Series {
  readonly role: "train" | "validation";
  /** One point an epoch; figures that are not finite are left out and break the line. */
  readonly points: readonly (readonly [epoch: number, value: number])[];
}

interface Panel {
  readonly name: string;
  readonly series: readonly Series[];
}

const height = 260;
const margin = { left: 64, right: 16, top: 44, bottom: 40 } as const;

/**
 * The picture of a whole history, or of all events of a training: one panel for the loss and one for each metric.
 * Colours follow the reader's light or dark setting by CSS; the validation curve is dashed as well.
 */
export function curveSvg(events: Iterable<FitEvent>, options: CurveSvgOptions = {}): string {
  if (typeof events?.[Symbol.iterator] !== "function") {
    throw new NnError(
      "attribute-invalid",
      "curveSvg: what it was given is no list of events.",
      "Give it a model's history or a list of the events: curveSvg(model.history).",
    );
  }
  const { width = 640, validationName = "validation", title = "Training curves" } = options;
  const panels = panelsOf(events, options.training ?? {});
  const head = 36;
  const whole = head + panels.length * height;
  const drawn = panels.map((panel, i) => drawPanel(panel, width, head + i * height, validationName));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${whole}" width="${width}" height="${whole}" ` +
      `role="img" aria-label="${escapeXml(title)}">`,
    `<style>${style}</style>`,
    `<rect class="page" width="100%" height="100%"/>`,
    `<text class="title" x="${margin.left}" y="24">${escapeXml(title)}</text>`,
    ...drawn,
    "</svg>",
    "",
  ].join("\n");
}

const style = `
  .page { fill: #ffffff } text { font: 12px system-ui, sans-serif; fill: #4b5563 }
  .title { font-size: 15px; font-weight: 600; fill: #111827 } .name { font-weight: 600; fill: #111827 }
  .grid { stroke: #e5e7eb } .axis { stroke: #9ca3af } .curve { fill: none; stroke-width: 2; stroke-linejoin: round }
  .train { stroke: #2563eb } .validation { stroke: #c2410c; stroke-dasharray: 6 3 } .dot { fill: currentColor; stroke: none }
  .dot.train { color: #2563eb } .dot.validation { color: #c2410c }
  @media (prefers-color-scheme: dark) {
    .page { fill: #111827 } text { fill: #9ca3af } .title, .name { fill: #f3f4f6 }
    .grid { stroke: #1f2937 } .axis { stroke: #4b5563 } .train { stroke: #60a5fa } .validation { stroke: #fb923c }
    .dot.train { color: #60a5fa } .dot.validation { color: #fb923c }
  }
`;

function panelsOf(events: Iterable<FitEvent>, training: Readonly<Record<string, readonly number[]>>): readonly Panel[] {
  const epochs = [...events].filter((event) => event.type === "epoch");
  const metrics = new Set(epochs.flatMap(({ validation }) => Object.keys(validation ?? {})));
  metrics.delete("loss");
  const names = ["loss", ...new Set([...metrics, ...Object.keys(training)])];
  const finite = (pairs: readonly (readonly [number, number])[]): Series["points"] =>
    pairs.filter(([, value]) => Number.isFinite(value));
  return names.map((name) => {
    const own = name === "loss" ? epochs.map(({ loss }) => loss) : (training[name] ?? []);
    const train = epochs.map(({ epoch }, i) => [epoch, own[i] ?? Number.NaN] as const);
    const validation = epochs.map((event) => [event.epoch, event.validation?.[name] ?? Number.NaN] as const);
    const series: Series[] = [
      { role: "train", points: finite(train) },
      { role: "validation", points: finite(validation) },
    ];
    return { name, series: series.filter(({ points }) => points.length > 0) };
  });
}

function drawPanel({ name, series }: Panel, width: number, top: number, validationName: string): string {
  const points = series.flatMap((own) => own.points);
  const xs = points.map(([epoch]) => epoch);
  const ys = points.map(([, value]) => value);
  const bottom = top + height - margin.bottom;
  const area = { left: margin.left, right: width - margin.right, top: top + margin.top, bottom };
  const [first, last] = [lowest(xs, 0), highest(xs, 1)];
  const ticks = niceTicks(lowest(ys, 0), highest(ys, 1));
  const [low, high] = [ticks[0] ?? 0, ticks[ticks.length - 1] ?? 1];
  const x = (epoch: number): number =>
    last === first ? (area.left + area.right) / 2 : scale(epoch, first, last, area.left, area.right);
  const y = (value: number): number => scale(value, low, high, area.bottom, area.top);
  const epochTicks = niceTicks(first, last, 8).filter(
    (tick) => Number.isInteger(tick) && tick >= first && tick <= last,
  );
  const lines = [
    `<g>`,
    `<text class="name" x="${area.left}" y="${area.top - 16}">${escapeXml(name)}</text>`,
    ...ticks.map((tick) => {
      const at = round(y(tick));
      return (
        `<line class="grid" x1="${area.left}" x2="${area.right}" y1="${at}" y2="${at}"/>` +
        `<text x="${area.left - 8}" y="${at + 4}" text-anchor="end">${label(tick, ticks)}</text>`
      );
    }),
    `<line class="axis" x1="${area.left}" x2="${area.right}" y1="${area.bottom}" y2="${area.bottom}"/>`,
    `<line class="axis" x1="${area.left}" x2="${area.left}" y1="${area.top}" y2="${area.bottom}"/>`,
    ...epochTicks.map(
      (tick) => `<text x="${round(x(tick))}" y="${area.bottom + 18}" text-anchor="middle">${tick}</text>`,
    ),
    `<text x="${(area.left + area.right) / 2}" y="${area.bottom + 34}" text-anchor="middle">epoch</text>`,
  ];
  series.forEach(({ role, points: own }, i) => {
    const at = area.right - (series.length - i) * 110;
    lines.push(
      ...runs(own).map((run) => drawRun(run, role, x, y)),
      `<line class="curve ${role}" x1="${at}" x2="${at + 24}" y1="${area.top - 20}" y2="${area.top - 20}"/>`,
      `<text x="${at + 30}" y="${area.top - 16}">${escapeXml(role === "train" ? "train" : validationName)}</text>`,
    );
  });
  lines.push("</g>");
  return lines.join("\n");
}

type Points = Series["points"];

/** Stretches of epochs that follow one another. */
function runs(points: Points): readonly Points[] {
  const all: (readonly [number, number])[][] = [];
  for (const point of points) {
    const current = all[all.length - 1];
    if (current !== undefined && current[current.length - 1]?.[0] === point[0] - 1) current.push(point);
    else all.push([point]);
  }
  return all;
}

function drawRun(
  run: Points,
  role: Series["role"],
  x: (epoch: number) => number,
  y: (value: number) => number,
): string {
  const at = run.map(([epoch, value]) => `${round(x(epoch))},${round(y(value))}`);
  if (run.length > 1) return `<polyline class="curve ${role}" points="${at.join(" ")}"/>`;
  const [cx, cy] = (at[0] as string).split(",");
  return `<circle class="dot ${role}" cx="${cx}" cy="${cy}" r="3"/>`;
}

function lowest(values: readonly number[], otherwise: number): number {
  return values.length === 0 ? otherwise : values.reduce((a, b) => Math.min(a, b));
}

function highest(values: readonly number[], otherwise: number): number {
  return values.length === 0 ? otherwise : values.reduce((a, b) => Math.max(a, b));
}

const scale = (value: number, low: number, high: number, from: number, to: number): number =>
  from + ((value - low) / (high - low)) * (to - from);
const round = (value: number): number => Math.round(value * 10) / 10;

/** Round numbers around [low, high]: steps of 1, 2 or 5 times a power of ten. */
function niceTicks(low: number, high: number, most = 5): readonly number[] {
  const span = high > low ? high - low : Math.abs(high) || 1;
  const rough = span / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
  const start = Math.floor(low / step + 1e-9);
  const end = Math.max(start + 1, Math.ceil(high / step - 1e-9));
  return Array.from({ length: end - start + 1 }, (_, i) => (start + i) * step);
}

function label(tick: number, ticks: readonly number[]): string {
  const step = (ticks[1] ?? 1) - (ticks[0] ?? 0);
  if (Math.max(...ticks.map(Math.abs)) >= 1e5 || step < 1e-4) return tick === 0 ? "0" : tick.toExponential(1);
  return tick.toFixed(Math.max(0, Math.min(6, Math.ceil(-Math.log10(step) - 1e-9))));
}

function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  // Control characters, which XML 1.0 does not have, are left out.
  return Array.from(text, (c) => (c < " " && !"\t\n\r".includes(c) ? "" : (entities[c] ?? c))).join("");
}
