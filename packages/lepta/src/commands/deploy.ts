// `lepta deploy`: what is in service, or a bundle or a version put into service.
import { resolve } from "node:path";
import { type ApiClient, ApiError, type Deployment, type NewDeployment } from "@lepta/api";
import { readBundle } from "@lepta/ml";
import { Command } from "commander";
import { CliError } from "../errors.ts";
import { withClient } from "../store/ask.ts";
import { homeDirectory } from "../store/home.ts";
import { publishBundle } from "../store/publish.ts";
import { deploymentText } from "../text/deployment-text.ts";
import { type CommonOptions, serverOption, share, wholeNumber } from "./options.ts";
import { createTerminal } from "./terminal/terminal.ts";

interface DeployOptions extends CommonOptions {
  readonly modelVersion?: number;
  readonly traffic?: number;
  readonly name?: string;
  readonly server?: string;
}

/** undefined: nothing is in service. */
export async function inService(client: ApiClient, product: string): Promise<Deployment | undefined> {
  try {
    return await client.deployment(product);
  } catch (error) {
    if (error instanceof ApiError && (error.code === "deployment-not-found" || error.code === "product-not-found"))
      return undefined;
    throw error;
  }
}

/** The version alone, or as challenger for `traffic` of the subjects beside the champion that is in service. */
function variantsWith(
  version: number,
  traffic: number | undefined,
  current: Deployment | undefined,
): NewDeployment["variants"] {
  if (traffic === undefined) return [{ version, role: "champion", weight: 1 }];
  const champion = current?.variants.find(({ role }) => role === "champion");
  if (champion === undefined) {
    throw new CliError(
      "usage-invalid",
      "--traffic shares the subjects with a champion, and none is in service.",
      "Deploy the first version without --traffic.",
    );
  }
  return [
    { version: champion.model.version, role: "champion", weight: 1 - traffic },
    { version, role: "challenger", weight: traffic },
  ];
}

async function run(product: string, bundle: string | undefined, options: DeployOptions): Promise<void> {
  const { modelVersion: version, traffic, name = "model", server } = options;
  if (bundle !== undefined && version !== undefined)
    throw new CliError("usage-invalid", "A bundle and --model-version are two versions.", "Give one of them.");
  if (bundle === undefined && version === undefined && traffic !== undefined)
    throw new CliError("usage-invalid", "--traffic of what?", "Give a bundle, or --model-version.");
  const terminal = createTerminal(options.json === true);
  // Before anything is sent: what is no bundle is said by its own error.
  if (bundle !== undefined) await readBundle(bundle);
  const deployment = await withClient(
    homeDirectory(),
    async (client) => {
      if (bundle === undefined && version === undefined) return client.deployment(product);
      const current = await inService(client, product);
      const number =
        bundle === undefined
          ? (version as number)
          : (await publishBundle(client, product, resolve(bundle), { name })).version;
      return client.deploy(product, {
        variants: variantsWith(number, traffic, current),
        costs: current?.costs ?? null,
        replaces: current?.id ?? null,
      });
    },
    server,
  );
  for (const line of deploymentText(deployment)) terminal.say(line);
  terminal.result(deployment);
}

export function deployCommand(): Command {
  return new Command("deploy")
    .description("Put a bundle or a version of a product into service; with neither, show what is.")
    .argument("<product>", "the product's name")
    .argument("[bundle]", "the folder that lepta train made; it becomes the product's next version")
    .option("--model-version <N>", "a version that the server has", wholeNumber(1))
    .option("--traffic <SHARE>", "as challenger for this share of the subjects (default: for all, as champion)", share)
    .option("--name <NAME>", "the model's name", "model")
    .addOption(serverOption())
    .action(run)
    .addHelpText(
      "after",
      "\nThe first bundle makes the product. Costs of wrong answers stay as they are in service.\nAsks the server of --server or LEPTA_URL with LEPTA_API_KEY, else the store's own, else opens the store.",
    );
}
