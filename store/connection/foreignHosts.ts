/** Which hosts of the web lie on this machine or in its network, and a look-up of names that refuses them. */
import { type LookupOptions, lookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { ThawError } from "../../spec/errors.js";
import { isLoopback } from "../../spec/network/proxy.js";

/** As Node's `lookup` with all addresses; tests have one of their own. */
export type Resolve = (
  host: string,
  options: LookupOptions & { readonly all: true },
  done: (
    error: Error | null,
    found: readonly { readonly address: string; readonly family: number }[],
  ) => void,
) => void;

/**
 * Ranges that are not the public internet (IANA's registries of special-purpose addresses): this machine, private and
 * shared networks, link-local ones with the clouds' metadata servers, multicast. 198.18.0.0/15 is not among them: proxies
 * for a whole machine give addresses of it to names that they resolve themselves.
 */
const RANGES: readonly (readonly [network: string, bits: number, family: "ipv4" | "ipv6"])[] = [
  ["0.0.0.0", 8, "ipv4"],
  ["10.0.0.0", 8, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["127.0.0.0", 8, "ipv4"],
  ["169.254.0.0", 16, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.0.0.0", 24, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["224.0.0.0", 3, "ipv4"],
  ["::", 96, "ipv6"],
  ["64:ff9b:1::", 48, "ipv6"],
  ["2001::", 32, "ipv6"],
  ["2002::", 16, "ipv6"],
  ["fc00::", 7, "ipv6"],
  ["fe80::", 9, "ipv6"],
  ["ff00::", 8, "ipv6"],
];
/** Addresses of IPv4 in a network that has none (RFC 6052): the last 32 bits count. */
const TRANSLATED = new BlockList();
TRANSLATED.addSubnet("64:ff9b::", 96, "ipv6");
const PRIVATE = new BlockList();
for (const [network, bits, family] of RANGES) PRIVATE.addSubnet(network, bits, family);

/** Names that only a network of one's own gives: without a dot, or below a domain that is kept for such (RFC 6761, 6762, 8375). */
const PRIVATE_NAME = /^[^.:]+\.?$|\.(localhost|local|internal|intranet|lan|home\.arpa)\.?$/i;

/** @param address of IPv4 or IPv6, without brackets */
export function isPrivateAddress(address: string): boolean {
  const plain = address.replace(/%.*$/, "");
  if (isIP(plain) === 4) return PRIVATE.check(plain, "ipv4");
  return (
    PRIVATE.check(plain, "ipv6") ||
    (TRANSLATED.check(plain, "ipv6") && PRIVATE.check(lastPart(plain), "ipv4"))
  );
}

/** @param host a name or an address, as it stands in a URL: whether it says itself that it is no public one */
export function isPrivateHost(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  return isIP(bare) === 0 ? isLoopback(bare) || PRIVATE_NAME.test(bare) : isPrivateAddress(bare);
}

/**
 * For Node's `request`: the name is resolved once, and the connection goes to what was found and looked at.
 * @returns fails with ThawError DATA_INVALID when any address of the name is private
 */
export function publicLookup(resolve: Resolve = lookup): LookupFunction {
  return (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, found) => {
      const inside = found?.find(({ address }) => isPrivateAddress(address));
      const refused = error ?? (inside === undefined ? null : leadsInside(host, inside.address));
      const [first] = found ?? [];
      if (refused !== null || first === undefined) done(refused ?? new Error(`${host} has no address`), "");
      else if (options.all === true) done(null, [...found]);
      else done(null, first.address, first.family);
    });
  };
}

/** @param address what the name stands for, where it is a name */
export function leadsInside(host: string, address?: string): ThawError {
  const where = address === undefined ? "" : ` (${address})`;
  return new ThawError("DATA_INVALID", `${host}${where} is not in the public internet, and is not asked`, {
    hint: "give the address of that host itself, or --allow-private if a mirror in your own network is meant",
  });
}

function lastPart(address: string): string {
  // The URL parser writes every address in one way, and the last two groups in hexadecimal.
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const tail = (groups.at(-1) ?? "").split(":").slice(-2);
  const [high, low] = tail.length === 2 ? tail : ["0", tail[0] ?? "0"];
  const value = [high, low].map((group) => Number.parseInt(group || "0", 16));
  return value.flatMap((group) => [group >> 8, group & 0xff]).join(".");
}
