// A hash or id, short, with the whole as its title and for copying.
import { ActionIcon } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import styles from "./hash.module.css";

/** @param name what it is, for the copy button's label */
export function Hash({ value, name, short = 12 }: { value: string; name: string; short?: number }) {
  return (
    <span className={styles.hash}>
      <code title={value} className={short < value.length ? "nowrap" : undefined}>
        {value.slice(0, short)}
      </code>
      <Copy value={value} name={name} />
    </span>
  );
}

export function Copy({ value, name }: { value: string; name: string }) {
  const { copy, copied } = useClipboard({ timeout: 1500 });
  if (!window.isSecureContext) return null;
  return (
    <ActionIcon
      className={styles.copy}
      variant="subtle"
      color="gray"
      size="sm"
      aria-label={copied ? `Copied the ${name}` : `Copy the ${name}`}
      title={copied ? "Copied" : `Copy the ${name}`}
      onClick={() => copy(value)}
    >
      <svg
        width="14"
        height="14"
        viewBox="0 0 14 14"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
        aria-hidden="true"
      >
        {copied ? (
          <path d="M2.5 7.5 5.5 10.5 11.5 3.5" />
        ) : (
          <path d="M4.5 4.5h7v7h-7zM9.5 4.5v-2h-7v7h2" strokeLinejoin="round" />
        )}
      </svg>
    </ActionIcon>
  );
}
