// `lepta serve`: the API and the console of a store.
import { Command } from "commander";
import { homeDirectory } from "../store/home.ts";
import { openServedStore } from "../store/served-store.ts";
import { type AccessFlags, accessOf, withAccessOptions } from "./access-options.ts";
import { aborted, listenForEnd } from "./end-signals.ts";
import { type CommonOptions, port } from "./options.ts";
import { createTerminal } from "./terminal/terminal.ts";

interface ServeOptions extends CommonOptions, AccessFlags {
  readonly port: number;
  readonly host: string;
}

async function serve({ json, debug, host, port, ...flags }: ServeOptions): Promise<void> {
  const terminal = createTerminal(json === true);
  const end = listenForEnd();
  const served = await openServedStore(homeDirectory(), {
    host,
    port,
    logLevel: debug ? "debug" : "error",
    access: accessOf(flags),
  });
  terminal.say(`API      ${served.url}`);
  terminal.say(`console  ${served.consoleUrl ?? "not built: npm run build -w @lepta/console"}`);
  terminal.say("Ctrl-C ends it.");
  terminal.result({ url: served.url, consoleUrl: served.consoleUrl ?? null });
  await aborted(end.signal);
  await served.close();
  end.release();
}

export function serveCommand(): Command {
  const command = new Command("serve")
    .description("Serve the API and the console of the store.")
    .option("--port <N>", "port to listen on; 0 takes a free one", port, 7080)
    .option("--host <ADDRESS>", "address to listen on", "127.0.0.1");
  return withAccessOptions(command)
    .action(serve)
    .addHelpText(
      "after",
      "\nThe printed console address carries the store's own key in its fragment: keep it to yourself.",
    );
}
