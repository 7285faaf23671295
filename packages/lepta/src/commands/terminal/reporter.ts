// Draws the pipeline's events: bars on a terminal, plain lines elsewhere.
import { runName } from "@lepta/api";
import cliProgress from "cli-progress";
import type { PipelineEvent, Report } from "../../events.ts";
import { sparkline } from "./sparkline.ts";
import { bold, type Terminal } from "./terminal.ts";

export interface Reporter {
  readonly report: Report;
  /** Clears what is half drawn; call before writing an error. */
  stop(): void;
}

type Epoch = Extract<PipelineEvent, { type: "epoch" }>;

/** Losses by their names; metrics by the titles that they carry. */
function figures({ values, metrics }: Epoch): string {
  const titles: Readonly<Record<string, string | undefined>> = { validationLoss: "validation loss" };
  return Object.entries(values)
    .map(([name, value]) => `${metrics[name]?.title ?? titles[name] ?? name} ${value.toFixed(4)}`)
    .join("  ");
}

/** The epochs of one model: the losses so far, for the sparkline. */
function createCurves(): { add(event: Epoch): number[] } {
  const losses = new Map<string, number[]>();
  return {
    add({ model, epoch, values }) {
      const curve = epoch <= 1 ? [] : (losses.get(model) ?? []);
      losses.set(model, curve);
      curve.push(values.validationLoss ?? values.loss ?? Number.NaN);
      return curve;
    },
  };
}

function stageLines(terminal: Terminal, event: PipelineEvent): boolean {
  if (event.type === "ready") {
    terminal.say(`run      ${runName(event.run)}`);
    terminal.say(`API      ${event.url}`);
    if (event.consoleUrl !== undefined) terminal.say(`console  ${event.consoleUrl}`);
    return true;
  }
  if (event.type === "stage-start") {
    terminal.say(bold(terminal, `[${event.position + 1}/${event.total}] ${event.stage}`));
    return true;
  }
  if (event.type === "stage-end") {
    for (const line of event.lines) terminal.say(`      ${line}`);
    const after = `${event.seconds.toFixed(1)} s`;
    const ends = {
      done: `done in ${after}`,
      reused: "reused: its inputs did not change",
      failed: `failed after ${after}`,
    };
    terminal.say(`      ${ends[event.status]}`);
    return true;
  }
  if (event.type === "message") {
    terminal.say(`      ${event.level === "warning" ? "warning: " : ""}${event.text}`);
    return true;
  }
  return false;
}

/** At most one line a model every `everyMs`, and its last. */
function plainReporter(terminal: Terminal, everyMs = 1000): Reporter {
  const curves = createCurves();
  let shownAt = 0;
  let startedAt = 0;
  let counting: string | undefined;
  let unshown: Epoch | undefined;
  let losses: number[] = [];
  const show = (event: Epoch, curve?: readonly number[]): void => {
    const drawn = curve === undefined ? "" : `  ${sparkline(curve)}`;
    terminal.say(`      ${event.model.padEnd(9)} epoch ${String(event.epoch).padStart(4)}  ${figures(event)}${drawn}`);
    shownAt = performance.now();
    unshown = undefined;
  };
  const flush = (): void => {
    if (unshown !== undefined) show(unshown, losses);
  };
  return {
    stop: flush,
    report(event) {
      if (event.type === "epoch") {
        if (unshown !== undefined && unshown.model !== event.model) flush();
        losses = curves.add(event);
        if (performance.now() - shownAt >= everyMs) show(event);
        else unshown = event;
        return;
      }
      if (event.type === "progress") {
        flush();
        const since = Math.max(shownAt, startedAt);
        // What was counted aloud is counted to its end.
        const last = event.done === event.total && counting === event.label;
        if (!last && (performance.now() - since < everyMs || event.done === event.total)) return;
        counting = last ? undefined : event.label;
        terminal.say(`      ${event.label}: ${event.done} of ${event.total}`);
        shownAt = performance.now();
        return;
      }
      flush();
      counting = undefined;
      if (event.type === "stage-start") startedAt = performance.now();
      stageLines(terminal, event);
    },
  };
}

function barReporter(terminal: Terminal): Reporter {
  const curves = createCurves();
  let bar: cliProgress.SingleBar | undefined;
  let owner = "";
  let last: { event: Epoch; losses: number[] } | undefined;
  const clear = (): void => {
    bar?.stop();
    bar = undefined;
    owner = "";
    if (last !== undefined) {
      const { event, losses } = last;
      terminal.say(`      ${event.model.padEnd(9)} epoch ${event.epoch}  ${figures(event)}  ${sparkline(losses)}`);
      last = undefined;
    }
  };
  const draw = (label: string, done: number, total: number, text: string): void => {
    if (owner !== label) {
      clear();
      owner = label;
      bar = new cliProgress.SingleBar(
        {
          format: `      ${label.padEnd(9)} {bar} {value}/{total}  {text}`,
          stream: terminal.stream,
          clearOnComplete: true,
          hideCursor: true,
          barsize: 20,
          fps: 10,
          gracefulExit: false,
        },
        cliProgress.Presets.shades_classic,
      );
      bar.start(total, done, { text });
      return;
    }
    bar?.update(done, { text });
  };
  return {
    stop: clear,
    report(event) {
      if (event.type === "epoch") {
        const losses = curves.add(event);
        draw(event.model, event.epoch, event.epochs, `${figures(event)}  ${sparkline(losses)}`);
        last = { event, losses };
        return;
      }
      if (event.type === "progress") {
        draw(event.label, event.done, event.total, "");
        return;
      }
      clear();
      stageLines(terminal, event);
    },
  };
}

export function createReporter(terminal: Terminal): Reporter {
  return terminal.stream.isTTY ? barReporter(terminal) : plainReporter(terminal);
}
