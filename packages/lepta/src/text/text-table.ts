// Rows as aligned text: numbers to the right, words to the left.

/** @param rows the first is the head; cells that look like numbers or intervals are aligned right */
export function textTable(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...rows.map((row) => (row[i] ?? "").length)));
  const right = Array.from({ length: columns }, (_, i) =>
    rows.slice(1).every((row) => /^[-+–]?[\d.,]+( ?%| [A-Z]{3})?$|^$/.test(row[i] ?? "")),
  );
  return rows.map((row) =>
    widths
      .map((width, i) => (right[i] ? (row[i] ?? "").padStart(width) : (row[i] ?? "").padEnd(width)))
      .join("  ")
      .trimEnd(),
  );
}
