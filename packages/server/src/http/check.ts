// Checks what was sent against its schema, with work that is bounded: lengths are counted before anything inside is
// looked at, and checking stops after a thousand problems, of which the first are listed.
import { ApiError, type FieldProblem, maxListed } from "@lepta/api";
import { z } from "zod";

/** Problems that are counted before checking stops: naming them all would cost more than the request. */
const maxCounted = 1000;
/** Names of a map (a record, attributes that no schema names): more is no honest request. */
const maxOpenNames = 256;

type Path = readonly PropertyKey[];
type Def = z.core.$ZodTypeDef & {
  shape?: Record<string, z.ZodType>;
  catchall?: z.ZodType;
  element?: z.ZodType;
  options?: z.ZodType[];
  innerType?: z.ZodType;
  defaultValue?: unknown;
};

/** @throws ApiError invalid-request with the first places that are wrong. */
export function check(schema: z.ZodType | undefined, value: unknown, place: "path" | "query" | ""): unknown {
  if (!schema) return undefined;
  const found = new Found(place);
  const read = look(schema, value, [], found);
  if (found.count === 0) return read;
  const [first] = found.listed;
  throw new ApiError("invalid-request", `${first?.path || "the body"}: ${first?.message ?? "does not match"}`, {
    errors: found.listed,
    omitted: found.count - found.listed.length,
    fix: "Send what /openapi.json describes for this route.",
  });
}

class Found {
  readonly listed: FieldProblem[] = [];
  count = 0;
  readonly #place: string;

  constructor(place: string) {
    this.#place = place;
  }

  get full(): boolean {
    return this.count >= maxCounted;
  }

  add(path: Path, message: string, times = 1): void {
    this.count += times;
    if (this.listed.length >= maxListed) return;
    const pointer = path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
    this.listed.push({ path: this.#place + pointer, message });
  }
}

/** @returns the value as the schema reads it; of no meaning once a problem was found. */
function look(schema: z.ZodType, value: unknown, path: Path, found: Found): unknown {
  const def = schema._zod.def as Def;
  switch (def.type) {
    case "object":
      return isMap(value) ? lookAtObject(schema, def, value, path, found) : whole(schema, value, path, found);
    case "array":
      return Array.isArray(value) ? lookAtList(def, value, path, found) : whole(schema, value, path, found);
    case "record": {
      const names = isMap(value) ? Object.keys(value).length : 0;
      if (names <= maxOpenNames) return whole(schema, value, path, found);
      found.add(path, `has ${names} names, at most ${maxOpenNames}`);
      return undefined;
    }
    case "union": {
      const option = optionFor(def.options ?? [], value);
      return option ? look(option, value, path, found) : whole(schema, value, path, found);
    }
    case "optional":
      return value === undefined ? undefined : look(def.innerType as z.ZodType, value, path, found);
    case "nullable":
      return value === null ? null : look(def.innerType as z.ZodType, value, path, found);
    case "default":
      return value === undefined ? def.defaultValue : look(def.innerType as z.ZodType, value, path, found);
    default:
      return whole(schema, value, path, found);
  }
}

function lookAtObject(
  schema: z.ZodType,
  { shape = {}, catchall, checks }: Def,
  value: Record<string, unknown>,
  path: Path,
  found: Found,
): unknown {
  const before = found.count;
  const read: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(shape)) {
    if (found.full) return undefined;
    const own = Object.hasOwn(value, name) ? value[name] : undefined;
    const one = look(field, own, [...path, name], found);
    if (one !== undefined) read[name] = one;
  }
  const others = catchall ? Object.keys(value).filter((name) => !Object.hasOwn(shape, name)) : [];
  if (catchall?._zod.def.type === "never") {
    for (const name of others.slice(0, maxListed)) found.add([...path, name], "is unknown here");
    if (others.length > maxListed) found.add(path, "unknown", others.length - maxListed);
  } else if (others.length > maxOpenNames) {
    found.add(path, `has ${others.length} further names, at most ${maxOpenNames}`);
  } else {
    for (const name of others) {
      const one = look(catchall as z.ZodType, value[name], [...path, name], found);
      Object.defineProperty(read, name, { value: one, enumerable: true, configurable: true, writable: true });
    }
  }
  // Conditions on the whole; its parts are sound by now, and so few that looking again costs little.
  return checks?.length && found.count === before ? whole(schema, value, path, found) : read;
}

function lookAtList({ element, checks = [] }: Def, value: unknown[], path: Path, found: Found): unknown {
  // Lengths alone: with the elements left out, nothing but the number of them is looked at.
  for (const { _zod } of checks) {
    const { check: kind, minimum, maximum } = _zod.def as { check: string; minimum?: number; maximum?: number };
    if (kind === "min_length" && value.length < (minimum ?? 0)) {
      found.add(path, `has ${value.length} items, at least ${minimum}`);
      return undefined;
    }
    if (kind === "max_length" && value.length > (maximum ?? 0)) {
      found.add(path, `has ${value.length} items, at most ${maximum}`);
      return undefined;
    }
  }
  const read: unknown[] = [];
  for (const [i, item] of value.entries()) {
    if (found.full) return undefined;
    read.push(look(element as z.ZodType, item, [...path, i], found));
  }
  return read;
}

/** The schema's own check, for scalars and for what is of another type altogether: its work is bounded by itself. */
function whole(schema: z.ZodType, value: unknown, path: Path, found: Found): unknown {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    // A union's own issue says nothing; that of its first branch names a type.
    const best = issue.code === "invalid_union" ? (issue.errors[0]?.[0] ?? issue) : issue;
    found.add([...path, ...issue.path, ...(best === issue ? [] : best.path)], best.message);
  }
  return undefined;
}

/** Of a union's branches the one whose form the value has: a list, a map with most names in common. */
function optionFor(options: readonly z.ZodType[], value: unknown): z.ZodType | undefined {
  if (Array.isArray(value)) return options.find((option) => option._zod.def.type === "array");
  if (!isMap(value)) return undefined;
  const common = (option: z.ZodType) =>
    Object.keys((option._zod.def as Def).shape ?? {}).filter((name) => Object.hasOwn(value, name)).length;
  const maps = options.filter((option) => option._zod.def.type === "object");
  return maps.reduce<z.ZodType | undefined>(
    (best, option) => (best && common(best) >= common(option) ? best : option),
    undefined,
  );
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
