// How the traffic is shared out: one bar, a piece a variant.
import type { Variant } from "@lepta/api";
import { formatShare } from "../format/numbers.ts";
import styles from "./traffic.module.css";

export function Traffic({ variants }: { variants: readonly Pick<Variant, "id" | "name" | "role" | "weight">[] }) {
  const spoken = variants.map((v) => `${v.name} ${formatShare(v.weight)}`).join(", ");
  return (
    <div className={styles.traffic}>
      <div className={styles.bar} role="img" aria-label={`Traffic: ${spoken}`}>
        {variants.map((v) => (
          <span key={v.id} data-role={v.role} style={{ flexGrow: v.weight }} />
        ))}
      </div>
      <span className={styles.text} aria-hidden="true">
        {variants.map((v) => formatShare(v.weight)).join(" / ")}
      </span>
    </div>
  );
}

/** A share as a bar with its figures, e.g. how many predictions have their true label. */
export function ShareBar({ part, whole, label }: { part: number; whole: number; label: string }) {
  const share = whole === 0 ? 0 : Math.min(1, part / whole);
  return (
    <div className={styles.traffic}>
      <div className={styles.bar} role="img" aria-label={`${label}: ${formatShare(share)}`}>
        <span data-role="part" style={{ flexGrow: share }} />
        <span data-role="rest" style={{ flexGrow: 1 - share }} />
      </div>
      <span className={styles.text} aria-hidden="true">
        {formatShare(share)}
      </span>
    </div>
  );
}
