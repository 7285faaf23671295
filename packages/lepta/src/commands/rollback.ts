// `lepta rollback`: what was in service before the present deployment is in service again.
import { Command } from "commander";
import { CliError } from "../errors.ts";
import { withClient } from "../store/ask.ts";
import { homeDirectory } from "../store/home.ts";
import { deploymentText } from "../text/deployment-text.ts";
import { type CommonOptions, serverOption } from "./options.ts";
import { createTerminal } from "./terminal/terminal.ts";

interface RollbackOptions extends CommonOptions {
  readonly server?: string;
}

async function run(product: string, { json, server }: RollbackOptions): Promise<void> {
  const terminal = createTerminal(json === true);
  const deployment = await withClient(
    homeDirectory(),
    async (client) => {
      const { items } = await client.deployments(product, { limit: 2 });
      const [current, before] = items;
      if (current === undefined || before === undefined) {
        throw new CliError(
          "usage-invalid",
          `${product} has had ${items.length === 0 ? "no deployment" : "one deployment"}: there is none to go back to.`,
          "lepta deploy PRODUCT --model-version N puts a version into service.",
        );
      }
      return client.deploy(product, {
        variants: before.variants.map(({ name, role, weight, model }) => ({
          version: model.version,
          role,
          weight,
          name,
        })),
        costs: before.costs,
        replaces: current.id,
      });
    },
    server,
  );
  for (const line of deploymentText(deployment)) terminal.say(line);
  terminal.result(deployment);
}

export function rollbackCommand(): Command {
  return new Command("rollback")
    .description("Put back into service what was there before the present deployment.")
    .argument("<product>", "the product's name")
    .addOption(serverOption())
    .action(run)
    .addHelpText(
      "after",
      "\nIt is a new deployment of the same versions and shares: a second rollback undoes the first.",
    );
}
