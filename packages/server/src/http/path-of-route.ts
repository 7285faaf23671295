// The regular expression of a route's path, its parameters captured by name.

/** @param path as the route table has it, e.g. `/v1/products/{product}` */
export function pathOfRoute(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(".", "\\.").replace(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`);
}
