// How an insert names the row of lepta.usage_hours that takes the events of a kind: its unique index, usage_hours_open.

/** The conflict target; `do update set count = …` follows. */
export const openHour =
  "(organisation_id, product, version_id, own, predicted, hour, (coalesce(price_id, '00000000-0000-0000-0000-000000000000'::uuid))) where not sealed";
