// The API keys: who may do what; a new one's secret is shown once, an old one is revoked in two steps.
import type { CreatedKey, Key, Scope } from "@lepta/api";
import { Button } from "@mantine/core";
import { useState } from "react";
import { type Column, DataTable } from "../parts/data-table.tsx";
import { KeyForm, NewSecret } from "../parts/key-form.tsx";
import { Loaded } from "../parts/loading.tsx";
import { Nothing, Page, Section } from "../parts/page.tsx";
import { ProblemNote } from "../parts/problem.tsx";
import { Ago } from "../parts/time-text.tsx";
import { useAction } from "../state/action.ts";
import { usePages } from "../state/query.ts";

interface NewKey {
  name: string;
  scopes: Scope[];
  own: boolean;
}

export function KeysPage() {
  const keys = usePages("keys", (client, options) => client.keys(options));
  const create = useAction((client, request: NewKey) => client.createKey(request));
  const revoke = useAction((client, id: string) => client.revokeKey(id));
  const [created, setCreated] = useState<CreatedKey>();

  async function make(request: NewKey): Promise<boolean> {
    const key = await create.run(request);
    if (!key) return false;
    setCreated(key);
    keys.reload();
    return true;
  }
  async function end(id: string) {
    if (await revoke.run(id)) keys.reload();
  }

  const columns: readonly Column<Key>[] = [
    { header: "Name", cell: (key) => key.name },
    { header: "Begins with", cell: (key) => <code>{key.prefix}…</code> },
    { header: "May", cell: (key) => key.scopes.join(", ") },
    { header: "Use", cell: (key) => (key.own ? "own, not billed" : "billed") },
    { header: "Made", cell: (key) => <Ago at={key.createdAt} /> },
    {
      header: "Last used",
      cell: (key) => (key.lastUsedAt ? <Ago at={key.lastUsedAt} /> : <span className="dim">never</span>),
    },
    {
      header: "Revoke",
      cell: (key) =>
        key.revokedAt ? (
          <span className="dim">
            revoked <Ago at={key.revokedAt} />
          </span>
        ) : (
          <Revoke name={key.name} busy={revoke.busy} onRevoke={() => end(key.id)} />
        ),
    },
  ];
  return (
    <Page title="Keys" lead="A key belongs to the organisation and may do what its scopes say.">
      {created && <NewSecret created={created} onDone={() => setCreated(undefined)} />}
      {revoke.error && <ProblemNote error={revoke.error} />}
      <Loaded query={keys}>
        {(items) =>
          items.length === 0 ? (
            <Nothing title="No key yet">Make one below.</Nothing>
          ) : (
            <DataTable
              label="API keys"
              columns={columns}
              rows={items}
              rowKey={(key) => key.id}
              more={keys.more}
              loadingMore={keys.loadingMore}
            />
          )
        }
      </Loaded>
      <Section title="New key">
        <KeyForm busy={create.busy} onCreate={make} />
        {create.error && <ProblemNote error={create.error} />}
      </Section>
    </Page>
  );
}

function Revoke({ name, busy, onRevoke }: { name: string; busy: boolean; onRevoke: () => void }) {
  const [sure, setSure] = useState(false);
  if (!sure) {
    return (
      <Button variant="default" size="compact-sm" fw={500} onClick={() => setSure(true)} aria-label={`Revoke ${name}`}>
        Revoke
      </Button>
    );
  }
  return (
    <Button.Group>
      <Button
        color="red"
        size="compact-sm"
        loading={busy}
        onClick={onRevoke}
        aria-label={`Revoke ${name} now`}
        autoFocus
      >
        Revoke now
      </Button>
      <Button variant="default" size="compact-sm" onClick={() => setSure(false)}>
        Keep
      </Button>
    </Button.Group>
  );
}
