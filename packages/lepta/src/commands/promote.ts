// `lepta promote`: the challenger becomes champion, for all subjects.
import { Command } from "commander";
import { CliError } from "../errors.ts";
import { withClient } from "../store/ask.ts";
import { homeDirectory } from "../store/home.ts";
import { deploymentText } from "../text/deployment-text.ts";
import { type CommonOptions, serverOption, wholeNumber } from "./options.ts";
import { createTerminal } from "./terminal/terminal.ts";

interface PromoteOptions extends CommonOptions {
  readonly modelVersion?: number;
  readonly server?: string;
}

async function run(product: string, { json, modelVersion: version, server }: PromoteOptions): Promise<void> {
  const terminal = createTerminal(json === true);
  const deployment = await withClient(
    homeDirectory(),
    async (client) => {
      const current = await client.deployment(product);
      const challengers = current.variants.filter(
        ({ role, model }) => role === "challenger" && (version === undefined || model.version === version),
      );
      const [challenger] = challengers;
      if (challenger === undefined || challengers.length > 1) {
        const which = version === undefined ? "" : ` of version ${version}`;
        throw new CliError(
          "usage-invalid",
          `${product} has ${challenger === undefined ? "no challenger" : `${challengers.length} challengers`}${which} in service.`,
          "Name one by --model-version; lepta deploy PRODUCT shows what is in service, lepta deploy PRODUCT --model-version N puts any version there.",
        );
      }
      return client.deploy(product, {
        variants: [{ version: challenger.model.version, role: "champion", weight: 1 }],
        costs: current.costs,
        replaces: current.id,
      });
    },
    server,
  );
  for (const line of deploymentText(deployment)) terminal.say(line);
  terminal.result(deployment);
}

export function promoteCommand(): Command {
  return new Command("promote")
    .description("Make a product's challenger its champion, for all subjects.")
    .argument("<product>", "the product's name")
    .option("--model-version <N>", "which challenger, where there are several", wholeNumber(1))
    .addOption(serverOption())
    .action(run)
    .addHelpText("after", "\nlepta rollback undoes it.");
}
