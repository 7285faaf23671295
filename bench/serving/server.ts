// The measured server, in a process of its own: `server.ts STORE_DIR`. Tells its address by a line of JSON; SIGTERM ends it.
import { openStore, startServer } from "@lepta/server";

const store = await openStore({
  dir: process.argv[2] ?? "",
  databaseUrl: process.env.LEPTA_BENCH_DATABASE_URL || undefined,
});
const server = await startServer(store, { port: 0 });
process.stdout.write(`${JSON.stringify({ url: server.url })}\n`);
process.once("SIGTERM", async () => {
  await server.close();
  await store.close();
});
