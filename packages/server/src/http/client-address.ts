// Which address a request comes from: the connection's, or what a proxy that is trusted says of it.
import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";

/**
 * @param trusted addresses and networks (10.0.0.0/8) of proxies whose X-Forwarded-For is believed. From the right: the
 * first address that is no trusted proxy's is the caller's; what stands left of it anyone may have written.
 * @returns an address as one caller has it: IPv6 by its network of 64 bits, in which a caller has any number.
 * @throws RangeError for what is no address or network.
 */
export function clientAddress(trusted: readonly string[] = []): (request: IncomingMessage) => string {
  const list = new BlockList();
  for (const entry of trusted) {
    const [address = "", bits] = entry.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    const most = family === "ipv6" ? 128 : 32;
    if (isIP(address) === 0 || (bits !== undefined && !(/^[0-9]{1,3}$/.test(bits) && Number(bits) <= most)))
      throw new RangeError(`${JSON.stringify(entry)} is no address or network of a proxy`);
    list.addSubnet(address, bits === undefined ? most : Number(bits), family);
  }
  const isTrusted = (address: string) => list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");

  return ({ socket, headers }) => {
    let address = plain(socket.remoteAddress ?? "");
    if (trusted.length === 0) return networkOf(address);
    const hops = String(headers["x-forwarded-for"] ?? "").split(",");
    while (isIP(address) !== 0 && isTrusted(address)) {
      const next = plain((hops.pop() ?? "").trim());
      if (isIP(next) === 0) break;
      address = next;
    }
    return networkOf(address);
  };
}

/** IPv4 as it comes over an IPv6 socket is IPv4. */
function plain(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}

function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [left = "", right = ""] = (address.split("%")[0] as string).toLowerCase().split("::");
  const before = left === "" ? [] : left.split(":");
  const after = right === "" ? [] : right.split(":");
  const gap = address.includes("::") ? Array<string>(Math.max(0, 8 - before.length - after.length)).fill("0") : [];
  return [...before, ...gap, ...after]
    .slice(0, 4)
    .map((part) => part.replace(/^0+(?=.)/, ""))
    .join(":");
}
