// What a server takes at most.
import { defaultModelLimits, type ModelLimits } from "../serving/model-limits.ts";
import { defaultRateLimit, type RateLimit } from "./rate-limit.ts";
import { defaultRefusedLimit } from "./refused-keys.ts";

/** Rows of one request at most, in each protocol. */
export const maxRows = 1000;

export interface Limits {
  /** Largest request body, in bytes. Default 4 MiB. */
  bodyBytes: number;
  /** Largest file of a bundle that is sent, in bytes. Default 2 GiB. */
  uploadBytes: number;
  /** Requests of one key. Default 100 000 in 10 s. */
  rate: RateLimit;
  /** Requests of one address with keys that are none of this server's. Default 100 in 60 s. */
  refusedKeys: RateLimit;
  /** Models kept loaded. Default 16. */
  loadedModels: number;
  /** Of each model's process. Default 10 s a run, 60 s to open, 2 GiB. */
  model: ModelLimits;
  /** Host names that the server answers to beside its own address, e.g. a proxy's. Default none. */
  allowedHosts: readonly string[];
  /** Milliseconds that requests in flight get to finish when the server closes. Default 10 000. */
  closeGraceMs: number;
}

export const defaultLimits: Limits = {
  bodyBytes: 4 * 2 ** 20,
  uploadBytes: 2 * 2 ** 30,
  rate: defaultRateLimit,
  refusedKeys: defaultRefusedLimit,
  loadedModels: 16,
  model: defaultModelLimits,
  allowedHosts: [],
  closeGraceMs: 10_000,
};
