// `createClient<typeof product>(…)`: the API's client with rows and labels typed by product files.
import { type ApiClient, type Connection, createApiClient } from "@lepta/api";
import type { Product, ProductLabel, ProductRow } from "./product/define.ts";

type TypesOf<P extends Product> = { [Q in P as Q["name"]]: { row: ProductRow<Q>; label: ProductLabel<Q> } };

/**
 * A client of one server that knows the given products: a wrong product, field or type does not compile.
 * Several products: `createClient<typeof credit | typeof fraud>(…)`. Every method throws ApiError; match on `code`.
 */
export function createClient<P extends Product>(connection: Connection): ApiClient<TypesOf<P>> {
  return createApiClient<TypesOf<P>>(connection);
}
