// A store with its server up, as programs see it: no type of the database or the engine, whose declarations users would
// have to check with theirs.
import type { ApiClient } from "@lepta/api";

export interface ServeOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 takes a free one. Default: 7080, or a free one when that is taken. */
  readonly port?: number;
  /** What of the server's log goes to stderr, as JSON lines. Default "error": failures alone. */
  readonly logLevel?: "error" | "debug";
  /** Runs the store's jobs: months are invoiced once they are over. Default true. */
  readonly jobs?: boolean;
  /** Whom the server lets in, and how often. */
  readonly access?: AccessOptions;
}

export interface AccessOptions {
  /** Requests of one key in so many seconds. Default 100 000 in 10. */
  readonly rate?: { readonly requests: number; readonly seconds: number };
  /** Requests of one address with wrong keys in so many seconds. Default 100 in 60. */
  readonly refusedKeys?: { readonly requests: number; readonly seconds: number };
  /** Origins whose pages may ask the server, e.g. https://shop.example; `*` is every one. Default none. */
  readonly cors?: readonly string[];
  /** Addresses and networks of proxies whose X-Forwarded-For is believed. Default none. */
  readonly trustedProxies?: readonly string[];
  /** Host names that the server answers to beside its own address, e.g. a proxy's. Default none. */
  readonly allowedHosts?: readonly string[];
}

/** A store with its server up. */
export interface Served {
  /** Absolute path of the store's directory. */
  readonly home: string;
  readonly url: string;
  /** The store's own key, with every scope. */
  readonly key: string;
  readonly client: ApiClient;
  /** The console with the key in its fragment, which never reaches a server; undefined when it is not built. */
  readonly consoleUrl: string | undefined;
  /** Whether another process serves the store: `close` then ends nothing. */
  readonly elsewhere: boolean;
  close(): Promise<void>;
}
