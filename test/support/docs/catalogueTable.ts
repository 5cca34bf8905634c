/** The catalogue of published checkpoints as a table of docs/bases.md: a line for each publisher, architecture and licence. */
import type { KnownBase } from "../../../learn/bases/known/knownBase.js";

export function catalogueTable(known: readonly KnownBase[]): string {
  const groups = new Map<string, KnownBase[]>();
  for (const one of known) {
    const key = JSON.stringify([one.name.split("/")[0], one.architecture, one.licence]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const rows = [...groups.values()].map((group) => {
    const [{ name, architecture, licence, url } = raise()] = group;
    const [publisher = ""] = name.split("/");
    const names = group.map((one) => `\`${one.name.slice(publisher.length + 1)}\``).join(", ");
    const byHand = url === undefined ? "; by hand" : "";
    return `| ${publisher}/ | ${names} | \`${architecture}\` | ${licence}${byHand} |`;
  });
  return ["| `PUBLISHER/` | names | architecture | licence |", "|---|---|---|---|", ...rows].join("\n");
}

function raise(): never {
  throw new Error("a group has a member");
}
