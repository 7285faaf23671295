// A page's frame: title in the document and as the heading, the way back, actions, and sections with their headings.
import { Title } from "@mantine/core";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { Link } from "../state/navigation.tsx";
import styles from "./page.module.css";

let first = true;

interface PageProps {
  title: string;
  /** Shown as the heading instead of the title's text. */
  heading?: ReactNode;
  crumbs?: readonly { label: string; to: string }[];
  /** One line under the title. */
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function Page({ title, heading, crumbs = [], lead, actions, children }: PageProps) {
  const top = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Lepta`;
  }, [title]);
  // After a move, reading goes on at the new page's heading; not on the first page, where nothing moved.
  useEffect(() => {
    if (!first) {
      top.current?.focus({ preventScroll: true });
      window.scrollTo(0, 0);
    }
    first = false;
  }, []);
  return (
    <article className={styles.page}>
      {crumbs.length > 0 && (
        <nav aria-label="Breadcrumbs" className={styles.crumbs}>
          {crumbs.map(({ label, to }) => (
            <Link key={to} to={to} c="dimmed">
              {label}
            </Link>
          ))}
        </nav>
      )}
      <div className={styles.head}>
        <div className={styles.titles}>
          <Title order={1} ref={top} tabIndex={-1} className={styles.title}>
            {heading ?? title}
          </Title>
          {lead !== undefined && <div className={styles.lead}>{lead}</div>}
        </div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
      {children}
    </article>
  );
}

interface SectionProps {
  title: string;
  /** What the section shows, for who has not seen it before. */
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function Section({ title, note, actions, children }: SectionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={styles.section}>
      <div className={styles.head}>
        <div className={styles.titles}>
          <Title order={2} id={id} className={styles.subtitle}>
            {title}
          </Title>
          {note !== undefined && <p className={styles.note}>{note}</p>}
        </div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
      {children}
    </section>
  );
}

/** In place of a list that has nothing in it: why, and how something gets there. */
export function Nothing({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className={styles.nothing}>
      <p className={styles.nothingTitle}>{title}</p>
      <p>{children}</p>
    </div>
  );
}
