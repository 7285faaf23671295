// The frame around every page: where one can go, the colour scheme, signing out.
import { ActionIcon, Button, useMantineColorScheme } from "@mantine/core";
import type { ReactNode } from "react";
import { Coin } from "./parts/coin.tsx";
import styles from "./shell.module.css";
import { Link } from "./state/navigation.tsx";
import { type PageName, pathTo } from "./state/paths.ts";
import { useSession } from "./state/session.ts";

const sections: readonly { label: string; to: PageName; pages: readonly PageName[] }[] = [
  { label: "Products", to: "products", pages: ["products", "product", "versions", "version"] },
  { label: "Runs", to: "runs", pages: ["runs", "run"] },
  { label: "Predictions", to: "predictions", pages: ["predictions", "prediction"] },
  { label: "Usage", to: "usage", pages: ["usage"] },
  { label: "Invoices", to: "invoices", pages: ["invoices", "invoice"] },
  { label: "Keys", to: "keys", pages: ["keys"] },
];

export function Shell({ page, children }: { page: PageName | undefined; children: ReactNode }) {
  const { signOut } = useSession();
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#main">
        Skip to the content
      </a>
      <header className={styles.side}>
        <Link to="/" className={styles.brand} underline="never">
          <Coin size={26} />
          <span>Lepta</span>
        </Link>
        <nav className={styles.nav} aria-label="Sections">
          {sections.map(({ label, to, pages }) => {
            const here = page !== undefined && pages.includes(page);
            return (
              <Link
                key={to}
                to={pathTo(to)}
                className={styles.item}
                underline="never"
                aria-current={here ? "page" : undefined}
              >
                {label}
              </Link>
            );
          })}
        </nav>
        <div className={styles.foot}>
          <SchemeSwitch />
          <Button variant="subtle" color="gray" size="compact-sm" fw={500} c="dimmed" onClick={() => signOut()}>
            Sign out
          </Button>
        </div>
      </header>
      <main id="main" className={styles.main} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

const schemes = { auto: "light", light: "dark", dark: "auto" } as const;
const schemeNames = { auto: "as the system", light: "light", dark: "dark" } as const;

function SchemeSwitch() {
  // keepTransitions: Mantine would otherwise switch them off by an inline style, which the policy forbids.
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const label = `Colours: ${schemeNames[colorScheme]}. Change to ${schemeNames[schemes[colorScheme]]}`;
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={label}
      title={label}
      onClick={() => setColorScheme(schemes[colorScheme])}
    >
      <svg
        width="18"
        height="18"
        viewBox="0 0 18 18"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        aria-hidden="true"
      >
        <circle
          cx="9"
          cy="9"
          r={colorScheme === "light" ? 3.5 : 6.5}
          fill={colorScheme === "dark" ? "currentColor" : "none"}
        />
        {colorScheme === "auto" && <path d="M9 2.5a6.5 6.5 0 0 1 0 13z" fill="currentColor" />}
        {colorScheme === "light" && (
          <path d="M9 1v2M9 15v2M1 9h2M15 9h2M3.3 3.3l1.5 1.5M13.2 13.2l1.5 1.5M3.3 14.7l1.5-1.5M13.2 4.8l1.5-1.5" />
        )}
      </svg>
    </ActionIcon>
  );
}
