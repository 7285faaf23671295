// A query's three states in the place of its content: rows to come, the problem, or the content.
import { Skeleton, VisuallyHidden } from "@mantine/core";
import type { ReactNode } from "react";
import type { Query } from "../state/query.ts";
import styles from "./loading.module.css";
import { ProblemNote } from "./problem.tsx";

interface LoadedProps<T> {
  query: Query<T>;
  /** Holds the content's place until it is there. Default: four rows. */
  placeholder?: ReactNode;
  children: (data: T) => ReactNode;
}

/** Content that was read once stays while it is read again, and also when that fails. */
export function Loaded<T>({ query, placeholder, children }: LoadedProps<T>) {
  if (query.data === undefined) {
    if (query.error) return <ProblemNote error={query.error} onRetry={query.reload} />;
    return placeholder ?? <Rows count={4} />;
  }
  return (
    <>
      {query.error && (
        <div className={styles.stale}>
          <ProblemNote error={query.error} onRetry={query.reload} />
        </div>
      )}
      {children(query.data)}
    </>
  );
}

/** @param height of a row in pixels */
export function Rows({ count, height = 44 }: { count: number; height?: number }) {
  return (
    <div className={styles.rows} role="status">
      <VisuallyHidden>Loading</VisuallyHidden>
      {Array.from({ length: count }, (_, i) => i).map((i) => (
        <Skeleton key={i} height={height} radius="md" />
      ))}
    </div>
  );
}
