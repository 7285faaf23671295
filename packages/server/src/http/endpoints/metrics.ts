// GET /metrics
import { endpoint } from "../endpoint.ts";

export const metrics = endpoint("metrics", ({ server }) => server.figures.registry.metrics());
