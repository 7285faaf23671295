// The form for the API key; says what the server said when a key was refused.

import { type ApiError, createApiClient } from "@lepta/api";
import { Button, PasswordInput } from "@mantine/core";
import { type FormEvent, useEffect, useState } from "react";
import styles from "./login.module.css";
import { Coin } from "./parts/coin.tsx";
import { ProblemNote } from "./parts/problem.tsx";
import { asApiError } from "./state/query.ts";

interface LoginProps {
  refusal: ApiError | undefined;
  onKey: (key: string) => void;
}

export function Login({ refusal, onKey }: LoginProps) {
  const [key, setKey] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(refusal);
  useEffect(() => {
    document.title = "Sign in · Lepta";
  }, []);

  async function signIn(event: FormEvent) {
    event.preventDefault();
    const given = key.trim();
    if (given === "") return;
    setBusy(true);
    setError(undefined);
    try {
      await createApiClient({ url: window.location.origin, key: given }).products({ limit: 1 });
      onKey(given);
    } catch (cause) {
      const failure = asApiError(cause);
      // A key without the scope "read" is a key: the pages say what it may not see.
      if (failure.code === "missing-scope") onKey(given);
      else setError(failure);
    } finally {
      setBusy(false);
    }
  }

  return (
    <main className={styles.page}>
      <form className={styles.form} onSubmit={signIn}>
        <div className={styles.brand}>
          <Coin size={36} />
          <h1>Lepta</h1>
        </div>
        <p className="dim">Sign in with an API key that has the scope “read”. It stays in this tab.</p>
        <PasswordInput
          label="API key"
          placeholder="lepta_…"
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
          required
          withAsterisk={false}
          size="md"
          data-autofocus
        />
        <Button type="submit" size="md" loading={busy} fullWidth>
          Sign in
        </Button>
        {error && <ProblemNote error={error} />}
        <p className="dim small">
          No key yet? <code>lepta serve</code> prints the console’s address with one.
        </p>
      </form>
    </main>
  );
}
