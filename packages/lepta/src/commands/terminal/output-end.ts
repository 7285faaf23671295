// A reader that goes away: `lepta … | head` is no failure. What is written after is dropped; the work goes on to its end.

/** Whose reader is gone. */
const gone = new WeakSet<NodeJS.WriteStream>();

/** Codes of a write that nobody is there to read. */
const unread: ReadonlySet<string | undefined> = new Set(["EPIPE", "ERR_STREAM_DESTROYED", "EOF"]);

/**
 * Listens to both outputs for the rest of the process.
 * @param fail is told once of any other failure to write, such as a full disk
 */
export function outliveReaders(fail: (error: Error) => void): void {
  let failed = false;
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      gone.add(stream);
      if (unread.has(error.code) || failed) return;
      failed = true;
      fail(error);
    });
}

/** Whether what is written there is read by nobody. */
export function readerGone(stream: NodeJS.WriteStream): boolean {
  return gone.has(stream);
}

/** Writes unless the reader is gone. */
export function write(stream: NodeJS.WriteStream, text: string): void {
  if (!gone.has(stream)) stream.write(text);
}
