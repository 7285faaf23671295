// What a reader of a JSON Schema is told of a value: how it is written, and what counts as missing.
import { type ColumnReading, wantedForm } from "@lepta/data";

/** @param form how a value is written; default: as the reading has it */
export function described(reading: ColumnReading, form: string = wantedForm(reading)): string {
  return `${form}; missing: null, blanks${reading.missing.map((spelling) => `, ${JSON.stringify(spelling)}`).join("")}`;
}
