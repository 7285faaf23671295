// Requests a key may make in a time, counted in memory: each server process counts for itself.
import { ApiError } from "@lepta/api";
import { RateLimiterMemory, type RateLimiterRes } from "rate-limiter-flexible";

export interface RateLimit {
  /** Requests in `seconds`, by key. */
  requests: number;
  seconds: number;
}

/** Generous: it stops a runaway loop, not a busy customer. */
export const defaultRateLimit: RateLimit = { requests: 100_000, seconds: 10 };

/** @returns counts one request of a key; throws `rate-limited` with the seconds to wait. */
export function rateLimiter({ requests, seconds }: RateLimit): (key: string) => Promise<void> {
  const limiter = new RateLimiterMemory({ points: requests, duration: seconds });
  return async (key) => {
    try {
      await limiter.consume(key);
    } catch (refused) {
      if (refused instanceof Error) throw refused;
      const waitSeconds = Math.max(1, Math.ceil((refused as RateLimiterRes).msBeforeNext / 1000));
      throw new ApiError("rate-limited", `this key made more than ${requests} requests in ${seconds} s`, {
        fix: `Wait ${waitSeconds} s (Retry-After), then send fewer requests a second or more rows a request.`,
        retryAfterSeconds: waitSeconds,
      });
    }
  };
}
