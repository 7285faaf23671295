// Makes a key: its name, what it may do, and afterwards its secret, shown this once.
import type { CreatedKey, Scope } from "@lepta/api";
import { Button, Checkbox, TextInput } from "@mantine/core";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Copy } from "./hash.tsx";
import styles from "./key-form.module.css";

const scopes: readonly { scope: Scope; may: string }[] = [
  { scope: "predict", may: "ask for predictions" },
  { scope: "feedback", may: "tell true labels" },
  { scope: "read", may: "see everything, this console included" },
  { scope: "admin", may: "make keys and invoices, report usage" },
];

interface KeyFormProps {
  busy: boolean;
  /** Answers whether a key was made. */
  onCreate: (request: { name: string; scopes: Scope[]; own: boolean }) => Promise<boolean>;
}

export function KeyForm({ busy, onCreate }: KeyFormProps) {
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<readonly Scope[]>(["predict", "feedback"]);
  const [own, setOwn] = useState(false);
  async function submit(event: FormEvent) {
    event.preventDefault();
    const may = scopes.map((s) => s.scope).filter((s) => chosen.includes(s));
    if (await onCreate({ name: name.trim(), scopes: may, own })) setName("");
  }
  return (
    <form className={styles.form} onSubmit={submit}>
      <TextInput
        label="Name"
        description="Where it will be used, e.g. checkout service"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={100}
        required
        withAsterisk={false}
        autoComplete="off"
      />
      <fieldset className={styles.scopes}>
        <legend>The key may</legend>
        {scopes.map(({ scope, may }) => (
          <Checkbox
            key={scope}
            label={
              <>
                <b>{scope}</b> <span className="dim">{may}</span>
              </>
            }
            checked={chosen.includes(scope)}
            onChange={(event) =>
              setChosen(event.currentTarget.checked ? [...chosen, scope] : chosen.filter((s) => s !== scope))
            }
          />
        ))}
      </fieldset>
      <Checkbox
        label={
          <>
            <b>own use</b> <span className="dim">tests and pipelines of ours: counted, never billed</span>
          </>
        }
        checked={own}
        onChange={(event) => setOwn(event.currentTarget.checked)}
      />
      <div>
        <Button type="submit" loading={busy} disabled={name.trim() === "" || chosen.length === 0}>
          Make the key
        </Button>
      </div>
    </form>
  );
}

export function NewSecret({ created, onDone }: { created: CreatedKey; onDone: () => void }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.focus(), []);
  return (
    <div className={styles.secret} role="status" tabIndex={-1} ref={place}>
      <p>
        <b>The key “{created.name}” is made.</b> Copy it now: only its hash is kept, it is not shown again.
      </p>
      <div className={styles.value}>
        <code>{created.secret}</code>
        <Copy value={created.secret} name="new key" />
      </div>
      <Button variant="default" size="compact-sm" onClick={onDone}>
        I have it
      </Button>
    </div>
  );
}
