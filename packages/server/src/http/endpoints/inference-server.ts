// GET /v2
import { endpoint } from "../endpoint.ts";

export const inferenceServer = endpoint("inferenceServer", ({ server }) => ({
  name: "lepta",
  version: server.version,
  extensions: [],
}));
