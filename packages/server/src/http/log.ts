// The server's log. Headers, bodies and subjects are never logged, so no secret and no personal datum can be.
import { type Logger, pino } from "pino";

export function silentLogger(): Logger {
  return pino({ level: "silent" });
}

/** JSON lines. @param level default info: start, end and failures; debug adds refused requests. */
export function jsonLogger(destination: NodeJS.WritableStream, level = "info"): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, redact: ["*.authorization", "*.secret", "*.key"] },
    destination,
  );
}
