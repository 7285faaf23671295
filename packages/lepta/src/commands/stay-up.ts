// Keeps a command up until the user ends it, then closes what it holds.

/** Resolves after SIGINT or SIGTERM and a clean close; a second signal does not wait for it. */
export async function stayUp(close: () => Promise<void>): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = (): void => {
      process.once("SIGINT", () => process.exit(130));
      process.once("SIGTERM", () => process.exit(143));
      resolve();
    };
    process.once("SIGINT", end);
    process.once("SIGTERM", end);
  });
  await close();
}
