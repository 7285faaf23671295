// Types of console.mjs for the tests.

/** Builds packages/console/dist where its sources are newer; returns the folder. */
export function ensureConsole(): string;
