// How PGlite's values that travel as text are read: as the `pg` driver reads them, so that both databases answer alike.

type Readers = ReadonlyMap<number, (text: string) => unknown>;

const json = (text: string): unknown => JSON.parse(text);
const date = (text: string): unknown => new Date(text);

/** For the query builder: it makes dates and numbers of its own columns itself; raw int8 and instants stay text. */
export const builderReaders: Readers = new Map([
  [114, json],
  [3802, json],
]);

/** For the job queue's plans, which expect what the drivers give by themselves. */
export const driverReaders: Readers = new Map([
  [20, Number as (text: string) => unknown],
  [114, json],
  [3802, json],
  [1114, (text: string) => date(`${text}Z`)],
  [1184, date],
]);
