// What every endpoint has to work with: one server's parts.

import type { IncomingMessage } from "node:http";
import type { Scope } from "@lepta/api";
import type { Caller } from "../accounts/authenticate.ts";
import type { Store } from "../db/store.ts";
import type { Predictor } from "../predicting/predictor.ts";
import type { ScorerPool } from "../serving/scorer-pool.ts";
import type { Exchange } from "./exchange.ts";
import type { Figures } from "./figures.ts";
import type { Limits } from "./limits.ts";

export type Principal = Caller;

export interface ServerContext {
  store: Store;
  predictor: Predictor;
  scorers: ScorerPool;
  figures: Figures;
  limits: Limits;
  /** The release, as /health and /openapi.json tell it. */
  version: string;
  /** Where the server listens; known once it does. */
  url: string;
  startedAt: number;
  /** Aborted when the server closes: ends streams. */
  closing: AbortSignal;
  /**
   * Lets a request in by its key.
   * @throws ApiError missing-key, unknown-key, revoked-key, missing-scope, rate-limited
   */
  admit(request: IncomingMessage, scope: Scope): Promise<Principal>;
  /** Logs what broke an answer, whether its status is out already or not, and hangs up on a request unread. */
  report(exchange: Exchange, error: unknown): void;
  /** This server refuses the key from now on. */
  forgetKey(keyId: string): void;
}
