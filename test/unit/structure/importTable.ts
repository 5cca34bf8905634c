/** The table of allowed imports in `docs/architecture.md`: the one place where they stand. */
import { readFileSync } from "node:fs";

/** What each folder may import besides itself; `undefined` is everything. */
export type ImportTable = ReadonlyMap<string, readonly string[] | undefined>;

const ROW = /^\| (?<folders>`[^|]+) \| [^|]+ \| (?<allowed>[^|]+) \|$/gm;

export function importTable(): ImportTable {
  const text = readFileSync("docs/architecture.md", "utf8");
  return new Map(
    [...text.matchAll(ROW)].flatMap(({ groups: { folders = "", allowed = "" } = {} }) =>
      [...folders.matchAll(/`([^`]+)\/`/g)].map(([, folder = ""]) => [folder, listOf(allowed)] as const),
    ),
  );
}

function listOf(allowed: string): readonly string[] | undefined {
  if (allowed === "everything") return undefined;
  return allowed === "nothing" ? [] : allowed.split(", ");
}
