// The key leaves the address bar at once and stays in the tab.
import { describe, expect, it } from "vitest";
import { forgetKey, takeKey } from "./stored-key.ts";

function fakeWindow(href: string, stored: Record<string, string> = {}) {
  const location = new URL(href);
  const replaced: string[] = [];
  return {
    replaced,
    stored,
    location: location as unknown as Location,
    history: {
      state: null,
      replaceState: (_: unknown, __: string, to: string) => replaced.push(to),
    } as unknown as History,
    sessionStorage: {
      getItem: (key: string) => stored[key] ?? null,
      setItem: (key: string, value: string) => {
        stored[key] = value;
      },
      removeItem: (key: string) => {
        delete stored[key];
      },
    } as Storage,
  };
}

describe("takeKey", () => {
  it("takes the key of the fragment and cleans the address, path and query kept", () => {
    const window = fakeWindow("http://127.0.0.1:7080/products/credit?a=1#key=lepta_abc");
    expect(takeKey(window)).toBe("lepta_abc");
    expect(window.replaced).toEqual(["/products/credit?a=1"]);
    expect(Object.values(window.stored)).toEqual(["lepta_abc"]);
  });

  it("keeps another fragment", () => {
    const window = fakeWindow("http://127.0.0.1:7080/#key=lepta_abc&section=curves");
    takeKey(window);
    expect(window.replaced).toEqual(["/#section=curves"]);
  });

  it("uses the tab's key where the fragment has none, and forgets it on request", () => {
    const window = fakeWindow("http://127.0.0.1:7080/", { "lepta-key": "lepta_old" });
    expect(takeKey(window)).toBe("lepta_old");
    expect(window.replaced).toEqual([]);
    forgetKey(window);
    expect(takeKey(window)).toBeUndefined();
  });
});
