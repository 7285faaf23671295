// Options of the verbs that start a server: whom it lets in, and how often. Each may come from the environment.
import { isIP } from "node:net";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { AccessOptions } from "../store/served.ts";

interface Rate {
  readonly requests: number;
  readonly seconds: number;
}

/** What commander makes of the options. */
export interface AccessFlags {
  readonly rateLimit?: Rate;
  readonly refusedKeyLimit?: Rate;
  readonly cors?: readonly string[];
  readonly trustedProxy?: readonly string[];
  readonly allowedHost?: readonly string[];
}

/** `1000/10`: a thousand requests in ten seconds. */
function rate(text: string): Rate {
  const match = /^([1-9][0-9]{0,8})\/([1-9][0-9]{0,4})s?$/.exec(text);
  if (!match) throw new InvalidArgumentError("Write requests and seconds, like 1000/10.");
  return { requests: Number(match[1]), seconds: Number(match[2]) };
}

/** Of an option that may be given again, or hold several with commas between. */
function several(check: (one: string) => boolean, form: string) {
  return (text: string, before: readonly string[] | undefined): readonly string[] => {
    const given = text.split(",").map((one) => one.trim());
    const wrong = given.find((one) => !check(one));
    if (wrong !== undefined) throw new InvalidArgumentError(`${JSON.stringify(wrong)} is not like ${form}.`);
    return [...(before ?? []), ...given];
  };
}

const isOrigin = (text: string) => text === "*" || (URL.canParse(text) && new URL(text).origin === text);

function isNetwork(text: string): boolean {
  const [address = "", bits] = text.split("/");
  const family = isIP(address);
  return (
    family !== 0 && (bits === undefined || (/^[0-9]{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32)))
  );
}

export function withAccessOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--rate-limit <N/SECONDS>", "requests of one key in so many seconds (default: 100000/10)")
        .env("LEPTA_RATE_LIMIT")
        .argParser(rate),
    )
    .addOption(
      new Option(
        "--refused-key-limit <N/SECONDS>",
        "requests of one address with wrong keys in so many seconds (default: 100/60)",
      )
        .env("LEPTA_REFUSED_KEY_LIMIT")
        .argParser(rate),
    )
    .addOption(
      new Option(
        "--cors <ORIGIN>",
        "let pages of this origin ask the server, like https://shop.example; * is every one",
      )
        .env("LEPTA_CORS")
        .argParser(several(isOrigin, "https://shop.example")),
    )
    .addOption(
      new Option("--trusted-proxy <ADDRESS>", "believe X-Forwarded-For of this address or network, like 10.0.0.0/8")
        .env("LEPTA_TRUSTED_PROXIES")
        .argParser(several(isNetwork, "10.0.0.0/8")),
    )
    .addOption(
      new Option("--allowed-host <NAME>", "answer to this host name as well, like api.shop.example")
        .env("LEPTA_ALLOWED_HOSTS")
        .argParser(several((text) => /^[\w.:[\]-]+$/.test(text), "api.shop.example")),
    );
}

export function accessOf({ rateLimit, refusedKeyLimit, cors, trustedProxy, allowedHost }: AccessFlags): AccessOptions {
  return {
    ...(rateLimit && { rate: rateLimit }),
    ...(refusedKeyLimit && { refusedKeys: refusedKeyLimit }),
    ...(cors && { cors }),
    ...(trustedProxy && { trustedProxies: trustedProxy }),
    ...(allowedHost && { allowedHosts: allowedHost }),
  };
}
