// GET /openapi.json
import { openApiDocument } from "@lepta/api";
import { endpoint } from "../endpoint.ts";

type Json = Record<string, unknown>;

export const openapi = endpoint(
  "openapi",
  ({ server }) => openApiDocument({ version: server.version, url: server.url }) as Json as never,
);
