// The OpenAPI 3.1 document, made from the route table and the schemas' own JSON Schema.
import * as z from "zod";
import { apiErrorStatus, apiErrors } from "./errors.ts";
import { inferenceError } from "./inference.ts";
import { problem, problemContentType } from "./problem.ts";
import { idempotencyHeader, type Route } from "./route.ts";
import { routeErrors } from "./route-errors.ts";
import { routes } from "./routes.ts";

type Json = Record<string, unknown>;

const mediaTypes = {
  json: "application/json",
  events: "text/event-stream",
  text: "text/plain",
  bytes: "application/octet-stream",
} as const;

/** @param info.version the server's release. @param info.url where the server listens, when known. */
export function openApiDocument(info: { version: string; url?: string }): Json {
  const components: Record<string, Json> = {};

  /** One name stands for one schema: a noun that callers write and read in two forms needs two names. */
  function name(id: string, schema: Json): void {
    const before = components[id];
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(schema))
      throw new Error(`two schemas are called ${id}`);
    components[id] = schema;
  }

  function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
    const {
      $schema: _,
      $defs = {},
      ...body
    } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Json & { $defs?: Record<string, Json> };
    // A schema with a name of its own is among the definitions, and `body` leads there.
    for (const [id, definition] of Object.entries($defs)) {
      if (!id.startsWith("__")) name(id, relink(definition) as Json);
    }
    return relink(inlineAnonymous(body, $defs)) as Json;
  }

  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries<Route>(routes)) {
    const problems = schemaOf(route.path.startsWith("/v2") ? inferenceError : problem, "output");
    const problemType = route.path.startsWith("/v2") ? "application/json" : problemContentType;
    const responses: Record<string, Json> = {
      [route.status ?? 200]: {
        description: route.summary,
        content: { [mediaTypes[route.form ?? "json"]]: { schema: formed(route, schemaOf(route.response, "output")) } },
      },
    };
    for (const code of routeErrors(route)) {
      const status = String(apiErrorStatus[code]);
      const line = `${code}: ${apiErrors[code]}`;
      const before = responses[status]?.description;
      responses[status] = {
        description: before === undefined ? line : `${before}\n${line}`,
        content: { [problemType]: { schema: problems } },
      };
    }
    paths[route.path] = {
      ...paths[route.path],
      [route.method.toLowerCase()]: {
        operationId: name,
        summary: route.summary,
        ...(route.scope === null ? { security: [] } : { security: [{ key: [] }], "x-scope": route.scope }),
        parameters: [
          ...parametersOf(route.params, "path", schemaOf),
          ...parametersOf(route.query, "query", schemaOf),
          ...headersOf(route),
        ],
        ...(route.body
          ? {
              requestBody: {
                required: !z.safeParse(route.body, undefined).success,
                content: { "application/json": { schema: schemaOf(route.body, "input") } },
              },
            }
          : {}),
        ...(route.upload
          ? { requestBody: { required: true, content: { "application/octet-stream": { schema: {} } } } }
          : {}),
        responses,
      },
    };
  }

  return {
    openapi: "3.1.0",
    info: { title: "Lepta", version: info.version, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    ...(info.url === undefined ? {} : { servers: [{ url: info.url }] }),
    paths,
    components: {
      schemas: components,
      securitySchemes: { key: { type: "http", scheme: "bearer", description: "An API key, lepta_…" } },
    },
  };
}

/** Of a stream the schema is that of one event, whose data is a document in JSON; bytes have none. */
function formed({ form }: Route, schema: Json): Json {
  if (form === "bytes") return {};
  if (form !== "events") return schema;
  return {
    type: "object",
    properties: {
      id: { type: "string" },
      event: { type: "string" },
      data: { type: "string", contentMediaType: "application/json", contentSchema: schema },
    },
    required: ["data"],
  };
}

function headersOf({ repeat }: Route): Json[] {
  if (repeat !== "key") return [];
  return [
    {
      name: idempotencyHeader,
      in: "header",
      required: false,
      description:
        "Makes the call repeatable: the same key with the same body answers the same and counts once, for ever",
      schema: { type: "string", pattern: "^[!#-[\\]-~]{1,255}$" },
    },
  ];
}

function parametersOf(
  schema: z.ZodObject | undefined,
  place: "path" | "query",
  schemaOf: (schema: z.ZodType, io: "input" | "output") => Json,
): Json[] {
  if (!schema) return [];
  return Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, field]) => ({
    name,
    in: place,
    required: place === "path" || !z.safeParse(field, undefined).success,
    schema: schemaOf(field, "input"),
  }));
}

/** `#/$defs/Name` → `#/components/schemas/Name`, everywhere below. */
function relink(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relink);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) =>
      name === "$ref" && typeof child === "string" && child.startsWith("#/$defs/")
        ? // A recursive schema without a name is free JSON.
          child.startsWith("#/$defs/__")
          ? ["description", "any JSON"]
          : [name, child.replace("#/$defs/", "#/components/schemas/")]
        : [name, relink(child)],
    ),
  );
}

/** An unnamed recursive schema (free JSON) at the top is replaced by the schema that allows everything. */
function inlineAnonymous(body: Json, definitions: Record<string, Json>): Json {
  const target = typeof body.$ref === "string" ? body.$ref.replace("#/$defs/", "") : undefined;
  return target?.startsWith("__") && target in definitions ? {} : body;
}
