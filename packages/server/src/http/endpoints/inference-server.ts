// GET /v2
import { endpoint } from "../endpoint.ts";

export const inferenceServer = endpoint("inferenceServer", ({ server }) => ({
  name: "lepta",
  version: server.version,
  extensions: ["binary_tensor_data", "model_configuration", "model_repository(index)"],
}));
