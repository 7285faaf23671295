// Chosen rows of a column, copied when their values are first asked for.

type Values = Float64Array | readonly string[];

interface Holder {
  readonly data: Values;
}

/** Row numbers of a table, shared by the columns of a view of it. */
export type Rows = Uint32Array;

class ViewColumn implements Holder {
  declare readonly data: Values;
  /** Undefined once the values are copied. */
  #view: { readonly base: Holder; readonly rows: Rows } | undefined;
  #values: Values | undefined;

  constructor(column: Holder, base: Holder, rows: Rows) {
    for (const [key, field] of Object.entries(Object.getOwnPropertyDescriptors(column)))
      if (key !== "data") Object.defineProperty(this, key, field);
    Object.defineProperty(this, "data", ViewColumn.#data);
    this.#view = { base, rows };
  }

  // One getter for all columns, on the object itself: `{ ...column }` has the values, and engines inline it.
  static readonly #data: PropertyDescriptor & ThisType<ViewColumn> = {
    enumerable: true,
    get(): Values {
      const view = this.#view;
      if (view !== undefined) {
        this.#values = chosen(view.base.data, view.rows);
        this.#view = undefined;
      }
      return this.#values as Values;
    },
  };

  static viewIn(column: Holder): { readonly base: Holder; readonly rows: Rows } | undefined {
    return column instanceof ViewColumn ? column.#view : undefined;
  }
}

/**
 * These rows of the column. `through` composes the column's own choice of rows, where it is a view, with `rows`: a chain
 * of views stays one choice.
 */
export function viewOf<C extends Holder>(column: C, rows: Rows, through: (inner: Rows) => Rows): C {
  const view = ViewColumn.viewIn(column);
  const made =
    view === undefined ? new ViewColumn(column, column, rows) : new ViewColumn(column, view.base, through(view.rows));
  return made as Holder as C;
}

/** How many values a column has; copies none. */
export function lengthOf(column: Holder): number {
  return ViewColumn.viewIn(column)?.rows.length ?? column.data.length;
}

/** The values of some rows, copied; of a view nothing else is. */
export function valuesAt(column: Holder, rows: ArrayLike<number>): Float64Array | string[] {
  const view = ViewColumn.viewIn(column);
  return view === undefined ? chosen(column.data, rows) : chosen(view.base.data, composed(view.rows, rows));
}

/** For each of `rows`, the row that `inner` has there. */
export function composed(inner: ArrayLike<number>, rows: ArrayLike<number>): Rows {
  const own = new Uint32Array(rows.length);
  for (let i = 0; i < own.length; i++) own[i] = inner[rows[i]!]!;
  return own;
}

function chosen(data: Values, rows: ArrayLike<number>): Float64Array | string[] {
  if (data instanceof Float64Array) {
    const own = new Float64Array(rows.length);
    for (let i = 0; i < own.length; i++) own[i] = data[rows[i]!]!;
    return own;
  }
  const own = new Array<string>(rows.length);
  for (let i = 0; i < own.length; i++) own[i] = data[rows[i]!]!;
  return own;
}
