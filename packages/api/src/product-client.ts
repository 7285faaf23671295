// `createClient<typeof product>(…)`: the client with rows and labels typed by product files. It reads their types alone:
// nothing of the product file or of Lepta's engine is loaded.
import type { Connection } from "./call.ts";
import { type ApiClient, createApiClient } from "./client.ts";
import type { Label } from "./outcome.ts";

/** What a declared column holds, as a row gives it. */
export interface ValueOf {
  number: number;
  category: string;
  boolean: boolean;
  /** A Date, or ISO 8601. */
  timestamp: string | Date;
  text: string;
}

/** Column name → what it holds. */
export type DeclaredColumns = Readonly<Record<string, keyof ValueOf>>;

/** A raw row with these columns: the type of `predict`'s argument. `null` is a missing value. */
export type RowOf<C extends DeclaredColumns> = { readonly [K in keyof C]: ValueOf[C[K]] | null };

/** The part of a product file that a client is typed by; `defineProduct` returns it. */
export interface DeclaredProduct<
  N extends string = string,
  C extends DeclaredColumns = DeclaredColumns,
  L extends Label = Label,
> {
  readonly name: N;
  readonly data: { readonly columns: C | undefined };
  /** What labels are of; never there, a type alone. */
  readonly task: { readonly label?: L };
}

/** The row that `predict` takes for a product. */
export type ProductRow<P extends DeclaredProduct> = P extends DeclaredProduct<string, infer C> ? RowOf<C> : never;
/** What is true of a product's row: a class, a number, numbers of a series, or true or false for a score. */
export type ProductLabel<P extends DeclaredProduct> = Exclude<P["task"]["label"], undefined>;

type TypesOf<P extends DeclaredProduct> = {
  [Q in P as Q["name"]]: { row: ProductRow<Q>; label: ProductLabel<Q> };
};

/**
 * A client of one server that knows the given products: a wrong product, field or type does not compile.
 * Several products: `createClient<typeof credit | typeof fraud>(…)`. Every method throws ApiError; match on `code`.
 */
export function createClient<P extends DeclaredProduct>(connection: Connection): ApiClient<TypesOf<P>> {
  return createApiClient<TypesOf<P>>(connection);
}
