// The console's addresses: history paths, so that links are plain and the fragment stays free for the key.

const patterns = {
  products: "/",
  product: "/products/:product",
  versions: "/products/:product/versions",
  version: "/products/:product/versions/:version",
  runs: "/runs",
  run: "/runs/:id",
  predictions: "/predictions",
  prediction: "/predictions/:id",
  usage: "/usage",
  invoices: "/invoices",
  invoice: "/invoices/:id",
  keys: "/keys",
} as const;

export type PageName = keyof typeof patterns;
export interface Place {
  readonly page: PageName;
  readonly params: Readonly<Record<string, string>>;
}

/** The page of a path; undefined where there is none. A trailing slash does not matter. */
export function placeOf(path: string): Place | undefined {
  const parts = path.split("/").filter((part) => part !== "");
  for (const [page, pattern] of Object.entries(patterns) as [PageName, string][]) {
    const wanted = pattern.split("/").filter((part) => part !== "");
    if (wanted.length !== parts.length) continue;
    const params: Record<string, string> = {};
    const fits = wanted.every((want, i) => {
      const part = parts[i] as string;
      if (!want.startsWith(":")) return want === part;
      try {
        params[want.slice(1)] = decodeURIComponent(part);
      } catch {
        return false;
      }
      return true;
    });
    if (fits) return { page, params };
  }
  return undefined;
}

/** The address of a page. Query values that are undefined are left out. */
export function pathTo(
  page: PageName,
  params: Readonly<Record<string, string | number>> = {},
  query: Readonly<Record<string, string | number | undefined>> = {},
): string {
  const path = patterns[page].replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return search.size === 0 ? path : `${path}?${search}`;
}
