// A curve in one line of block characters.
const blocks = "▁▂▃▄▅▆▇█";

/** Means of `width` equal parts of the values, drawn between their least and greatest. Empty for no finite value. */
export function sparkline(values: readonly number[], width = 24): string {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return "";
  const columns = Math.min(width, finite.length);
  const means = Array.from({ length: columns }, (_, i) => {
    const from = Math.floor((i * finite.length) / columns);
    const part = finite.slice(from, Math.max(from + 1, Math.floor(((i + 1) * finite.length) / columns)));
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
  const low = Math.min(...means);
  const range = Math.max(...means) - low;
  return means.map((mean) => blocks[range === 0 ? 0 : Math.round(((mean - low) / range) * 7)]).join("");
}
