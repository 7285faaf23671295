// Wrong keys an address may send in a time: asking the database for each would cost more than a prediction.
import { ApiError } from "@lepta/api";
import type { RateLimit } from "./rate-limit.ts";

/** A person who mistypes is let off; a list of made-up keys is not looked up. */
export const defaultRefusedLimit: RateLimit = { requests: 100, seconds: 60 };

/** Addresses that are counted at once; beyond it the oldest is forgotten. */
const maxAddresses = 50_000;

export interface RefusedKeys {
  /** Counts a key that may be wrong. @throws ApiError rate-limited once the address has sent too many. */
  count(address: string): void;
  /** Takes it back: the key was right. */
  forgive(address: string): void;
  readonly size: number;
}

export function refusedKeys({ requests, seconds }: RateLimit, now: () => number = Date.now): RefusedKeys {
  const counts = new Map<string, { count: number; until: number }>();
  return {
    count(address) {
      const at = now();
      let entry = counts.get(address);
      if (!entry || entry.until <= at) {
        counts.delete(address);
        if (counts.size >= maxAddresses) counts.delete(counts.keys().next().value as string);
        entry = { count: 0, until: at + seconds * 1000 };
        counts.set(address, entry);
      }
      if (entry.count >= requests) {
        const wait = Math.max(1, Math.ceil((entry.until - at) / 1000));
        throw new ApiError(
          "rate-limited",
          `${requests} requests with wrong keys came from this address in ${seconds} s`,
          {
            fix: `Wait ${wait} s (Retry-After), then send a key of this server.`,
            retryAfterSeconds: wait,
          },
        );
      }
      entry.count += 1;
    },
    forgive(address) {
      const entry = counts.get(address);
      if (entry && entry.count > 0) entry.count -= 1;
    },
    get size() {
      return counts.size;
    },
  };
}
