// One line on a terminal that says how far a training is and when it will be done; silent without a terminal.
import type { FitEvent } from "../train/events.ts";
import type { Events } from "./watch.ts";
import { watch } from "./watch.ts";

/** What the line is written to; Node's process.stderr is one. */
export interface Terminal {
  readonly isTTY?: boolean;
  /** Width in characters (default 80, also for 0: a terminal that does not know). */
  readonly columns?: number;
  write(text: string): unknown;
}

export interface ProgressLineOptions {
  /** Default: standard error in Node, nothing in a browser. */
  readonly terminal?: Terminal;
  /** Milliseconds between two writings (default 100). */
  readonly everyMs?: number;
  /** The clock in milliseconds (default performance.now). */
  readonly now?: () => number;
}

/** Passes `events` on and keeps a line with step, loss, speed and the time that is left. */
export function progressLine(events: Events, options: ProgressLineOptions = {}): AsyncIterable<FitEvent> {
  const terminal = options.terminal ?? standardError();
  // Passed on by a wrapper with a terminal and without: what is returned must not depend on where it runs.
  if (terminal?.isTTY !== true) return watch(events, { event: () => {} });
  const { everyMs = 100, now = () => performance.now() } = options;
  let done = 0;
  let before = 0;
  let epochs = 0;
  let ended = 0;
  let stepsPerEpoch: number | undefined;
  let isGuess = false;
  let started = 0;
  let written = Number.NEGATIVE_INFINITY;
  let loss = Number.NaN;
  let figures = "";

  const line = (): string => {
    const seconds = (now() - started) / 1000;
    const rate = (done - before) / seconds;
    const speed = rate > 0 ? ` · ${rate >= 10 ? Math.round(rate) : rate.toFixed(1)} steps/s` : "";
    const told = `loss ${number(loss)}${figures}${speed}`;
    // A stream may not say how long an epoch is: those that have ended do.
    if (stepsPerEpoch === undefined) return `epoch ${ended + 1} · step ${done} · ${told}`;
    const total = Math.max(done, Math.round(epochs * stepsPerEpoch));
    const left = rate > 0 ? ` · ${duration((total - done) / rate)} left` : "";
    const share = Math.floor((100 * done) / Math.max(1, total));
    const epoch = Math.min(Math.ceil(done / stepsPerEpoch), epochs);
    return `epoch ${epoch} · step ${done}/${total} (${share} %) · ${told}${left}`;
  };
  const write = (): void => {
    written = now();
    // The cursor goes to the line's start and the rest is erased: a shorter line leaves nothing behind.
    terminal.write(`\r${line().slice(0, (terminal.columns || 80) - 1)}\u001b[K`);
  };
  return watch(events, {
    event(event) {
      switch (event.type) {
        case "start":
          before = event.step;
          done = before;
          stepsPerEpoch = event.stepsPerEpoch;
          isGuess = stepsPerEpoch === undefined;
          epochs = event.epochs;
          ended = event.epoch;
          started = now();
          break;
        case "step":
          done = event.step;
          loss = event.loss;
          if (now() - written >= everyMs) write();
          break;
        case "epoch":
          loss = event.loss;
          ended = event.epoch;
          if (isGuess) stepsPerEpoch = done / ended;
          figures = Object.entries(event.validation ?? {})
            .map(([name, value]) => ` · validation ${name} ${number(value)}`)
            .join("");
          write();
          break;
      }
    },
    end() {
      if (written !== Number.NEGATIVE_INFINITY) terminal.write("\n");
    },
  });
}

function standardError(): Terminal | undefined {
  return typeof process === "undefined" ? undefined : process.stderr;
}

function number(value: number): string {
  return Math.abs(value) >= 1e-3 && Math.abs(value) < 1e4 ? value.toFixed(4) : value.toPrecision(3);
}

/** "3 s", "2 min 05 s", "1 h 07 min". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, "0");
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}
