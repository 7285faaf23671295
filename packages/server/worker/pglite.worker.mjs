// The thread that runs PGlite: a long query must not stall the server's event loop. Plain JavaScript, so that it
// starts the same from sources and from a build. One message in, one out; `transaction` names an open transaction.
import { statfsSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { PGlite, protocol } from "@electric-sql/pglite";
import { twoLanes } from "./lanes.mjs";

const asText = (value) => value;
// int8, json, jsonb, date, timestamp, timestamptz and the arrays of the last three travel as text, which copies faster
// between threads than objects do; the client thread reads them.
const parsers = Object.fromEntries([20, 114, 3802, 1082, 1114, 1184, 1115, 1182, 1185].map((oid) => [oid, asText]));

let database;
// Every statement outside of a transaction, and every transaction as a whole, has its turn.
const lanes = twoLanes();
const transactions = new Map();

const { dataDir, reserveBytes } = workerData;
const onDisk = !dataDir.startsWith("memory://");

function plain(error) {
  const { message, code, detail, constraint, table, schema } = error;
  if (code === "25006" && readOnly)
    return { code: "53100", message: `less than ${reserveBytes / 2 ** 20} MiB are left on its disk` };
  return { message, code, detail, constraint, table, schema, full: code === "53100" };
}

// A segment of the write-ahead log that cannot be made stops PostgreSQL for good, so the database stops taking writes
// before the disk is full; it still reads, and takes writes again when there is room.
let readOnly = false;
let lookedAt = Number.NEGATIVE_INFINITY;
const lookMs = 100;

async function heedSpace() {
  const now = performance.now();
  if (!onDisk || now - lookedAt < lookMs) return;
  lookedAt = now;
  const { bavail, bsize } = statfsSync(dataDir);
  const full = bavail * bsize < reserveBytes;
  if (full === readOnly) return;
  readOnly = full;
  await database.exec(`set default_transaction_read_only = ${full}`);
}

// Alone in its process, PostgreSQL makes no checkpoint by itself: its log would grow until the store is closed, and an
// opening after a kill would replay all of it. So one is made whenever this much was written.
const logBytes = 16 * 2 ** 20;
const maintainMs = 2_000;
let asked = false;

async function maintain() {
  if (!asked) return;
  asked = false;
  // One that finds no room would leave the database unable to make another.
  await heedSpace();
  if (readOnly) return;
  const { rows } = await database.query(
    "select (pg_current_wal_lsn() - redo_lsn)::float8 as bytes from pg_control_checkpoint()",
  );
  if (rows[0].bytes < logBytes) return;
  await database.exec("checkpoint");
}

/** What is to be seen to before a statement or a transaction of its own, in its turn. */
async function ready() {
  asked = true;
  await heedSpace();
}

function targetOf(transaction) {
  const target = transaction === undefined ? database : transactions.get(transaction)?.target;
  if (!target) throw new Error("the transaction has ended");
  return target;
}

/** Statements that were prepared, by their text: planning takes longer than running. */
const prepared = new Map();
let lastPrepared = 0;

/** Within a turn of the connection, in a transaction. */
async function runPrepared(text, params) {
  const { serialize } = protocol;
  const send = (message) => database.execProtocolStream(message, { syncToFs: false });
  try {
    if (!prepared.has(text)) {
      const name = `lepta_${++lastPrepared}`;
      await send(serialize.parse({ name, text }));
      const described = await send(serialize.describe({ type: "S", name }));
      const of = (kind) => described.find((message) => message.name === kind);
      const types = of("parameterDescription").dataTypeIDs;
      prepared.set(text, { name, types, fields: of("rowDescription")?.fields ?? [] });
    }
    const { name, types, fields } = prepared.get(text);
    const values = params.map((value, i) =>
      value === null || value === undefined ? null : (database.serializers[types[i]]?.(value) ?? String(value)),
    );
    await send(serialize.bind({ statement: name, values }));
    const readers = fields.map(({ dataTypeID }) => parsers[dataTypeID] ?? database.parsers[dataTypeID] ?? asText);
    const rows = (await send(serialize.execute({}))).flatMap((message) =>
      message.name === "dataRow"
        ? [message.fields.map((cell, i) => (cell === null ? null : readers[i](cell, fields[i].dataTypeID)))]
        : [],
    );
    return { rows, fields };
  } finally {
    await send(serialize.sync());
  }
}

/** A script may open a transaction of its own and fail inside it: until it is rolled back, everything is refused. */
async function runScript(sql) {
  try {
    return await database.exec(sql, { rowMode: "array", parsers });
  } catch (error) {
    await database.exec("rollback");
    throw error;
  }
}

function plainResult({ rows, fields, affectedRows }) {
  return { rows, fields: fields.map(({ name, dataTypeID }) => ({ name, dataTypeID })), affectedRows };
}

const operations = {
  // All in one transaction and one message: what would otherwise cross between the threads four times. Predictions are
  // written by it: it goes before the rest.
  together: ({ statements }) =>
    lanes.run("urgent", async () => {
      await ready();
      return database.transaction(async (target) => {
        const results = [];
        for (const { sql, params } of statements) {
          // Without parameters the simple protocol does, which costs a third.
          if (params.length === 0)
            results.push(...(await target.exec(sql, { rowMode: "array", parsers })).map(plainResult));
          else results.push(plainResult(await runPrepared(sql, params)));
        }
        return results;
      });
    }),
  query: ({ transaction, sql, params }) => {
    const run = async () => plainResult(await targetOf(transaction).query(sql, params, { rowMode: "array", parsers }));
    if (transaction !== undefined) return run();
    return lanes.run("ordinary", async () => {
      await ready();
      return run();
    });
  },
  script: ({ sql }) =>
    lanes.run("ordinary", async () => {
      await ready();
      return (await runScript(sql)).map(plainResult);
    }),
  // Answers once the transaction has begun; its turn lasts until it has ended.
  begin: async ({ transaction }) => {
    const leave = await lanes.enter("ordinary");
    const open = {};
    try {
      await ready();
      await new Promise((begun, refused) => {
        open.outcome = database.transaction((target) => {
          const end = new Promise((commit, rollback) => Object.assign(open, { target, commit, rollback }));
          transactions.set(transaction, open);
          begun();
          return end;
        });
        // Told again where the transaction is ended; here it only keeps a refusal to begin from being lost.
        open.outcome.catch(refused);
      });
    } catch (error) {
      leave();
      throw error;
    }
    open.outcome.then(leave, leave);
  },
  commit: async ({ transaction }) => {
    const open = take(transaction);
    open.commit();
    await open.outcome;
  },
  rollback: async ({ transaction }) => {
    const open = take(transaction);
    open.rollback(new Error("rolled back"));
    await open.outcome.catch(() => undefined);
  },
  close: async () => {
    clearInterval(maintenance);
    await database.close();
  },
};

function take(transaction) {
  const open = transactions.get(transaction);
  if (!open) throw new Error("the transaction has ended");
  transactions.delete(transaction);
  return open;
}

parentPort.on("message", async (message) => {
  try {
    parentPort.postMessage({ id: message.id, result: await operations[message.operation](message) });
  } catch (error) {
    parentPort.postMessage({ id: message.id, error: plain(error) });
  }
});

let maintenance;
let maintaining = false;
try {
  database = await PGlite.create({ dataDir, ...workerData.options });
  parentPort.postMessage({ id: 0 });
  if (onDisk) {
    maintenance = setInterval(async () => {
      if (maintaining) return;
      maintaining = true;
      // One that fails is tried again at the next look.
      await lanes.run("ordinary", maintain).catch(() => undefined);
      maintaining = false;
    }, maintainMs);
  }
} catch (error) {
  parentPort.postMessage({ id: 0, error: plain(error) });
}
