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

/**
 * An error as it may be logged: names, codes, first lines of the messages along the causes, and where it was thrown.
 * The rest of a message can hold the parameters of a query, and so a row.
 */
export function loggable(error: unknown): object {
  const causes: object[] = [];
  for (let one = error; one instanceof Error && causes.length < 5; one = one.cause) {
    const code = "code" in one ? { code: one.code } : {};
    causes.push({ name: one.name, ...code, message: one.message.split("\n", 1)[0]?.slice(0, 500) });
  }
  const stack =
    error instanceof Error ? error.stack?.split("\n").filter((line) => line.startsWith("    at ")) : undefined;
  return { causes, stack: stack?.map((line) => line.trim()) };
}
