// The console's built files under a folder; any other page path answers index.html (the console routes itself).
import { createHash } from "node:crypto";
import { readFile, realpath } from "node:fs/promises";
import { extname, join, resolve, sep } from "node:path";
import { pageHeaders } from "./security-headers.ts";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
};

interface StaticAnswer {
  status: 200 | 304;
  headers: Record<string, string>;
  body: Buffer | null;
}

export interface ConsoleFiles {
  /**
   * @param path of the URL, percent-encoded, without the query.
   * @returns undefined when neither a file nor a page has this path.
   */
  read(path: string, ifNoneMatch: string | undefined): Promise<StaticAnswer | undefined>;
}

/** @param dir the console's build; files are read once and kept. */
export function consoleFiles(dir: string): ConsoleFiles {
  const root = resolve(dir);
  const kept = new Map<string, { body: Buffer; etag: string }>();

  async function load(relative: string): Promise<{ body: Buffer; etag: string } | undefined> {
    const known = kept.get(relative);
    if (known) return known;
    try {
      const [realRoot, real] = await Promise.all([realpath(root), realpath(join(root, relative))]);
      // Neither `..` nor a link may lead out of the folder.
      if (!real.startsWith(realRoot + sep)) return undefined;
      const body = await readFile(real);
      const file = { body, etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"` };
      kept.set(relative, file);
      return file;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "ENOENT" || code === "EISDIR" || code === "ENOTDIR" || code === "ENAMETOOLONG") return undefined;
      throw error;
    }
  }

  return {
    async read(path, ifNoneMatch) {
      const relative = decode(path);
      if (relative === undefined) return undefined;
      const asset = relative === "" ? undefined : await load(relative);
      const isPage = extname(relative) === "" || relative === "index.html";
      const name = asset ? relative : "index.html";
      const file = asset ?? (isPage ? await load("index.html") : undefined);
      if (!file) return undefined;
      const headers: Record<string, string> = {
        "content-type": types[extname(name).toLowerCase()] ?? "application/octet-stream",
        // The build puts a content hash into the names under assets/.
        "cache-control": name.startsWith("assets/") ? "public, max-age=31536000, immutable" : "no-cache",
        etag: file.etag,
        ...pageHeaders,
      };
      if (ifNoneMatch === file.etag) return { status: 304, headers, body: null };
      return { status: 200, headers, body: file.body };
    },
  };
}

/** A path relative to the folder; undefined for what no build has: bad encoding, NUL, backslash, hidden or `..` parts. */
function decode(path: string): string | undefined {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return undefined;
  }
  if (/[\0\\]/.test(decoded)) return undefined;
  const parts = decoded.split("/").filter((part) => part !== "");
  return parts.some((part) => part.startsWith(".")) ? undefined : parts.join("/");
}
