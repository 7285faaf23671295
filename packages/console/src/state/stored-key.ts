// Where the API key comes from and rests: the address's fragment once, then this tab's session storage.

const name = "lepta-key";

/**
 * Takes `#key=…` out of the address (it never reaches a server, and is gone from the bar and the history entry),
 * else the key that the tab already has.
 */
export function takeKey(window: Pick<Window, "location" | "history" | "sessionStorage">): string | undefined {
  const fragment = new URLSearchParams(window.location.hash.replace(/^#/, ""));
  const given = fragment.get("key")?.trim();
  if (given) {
    storeKey(window, given);
    fragment.delete("key");
    const rest = fragment.size === 0 ? "" : `#${fragment}`;
    window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search + rest);
    return given;
  }
  return window.sessionStorage.getItem(name) ?? undefined;
}

export function storeKey(window: Pick<Window, "sessionStorage">, key: string): void {
  window.sessionStorage.setItem(name, key);
}

export function forgetKey(window: Pick<Window, "sessionStorage">): void {
  window.sessionStorage.removeItem(name);
}
