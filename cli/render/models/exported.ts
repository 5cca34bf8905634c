/** What an export has written. */
import type { Exported } from "../../../client/models/export.js";
import type { Screen } from "../../output.js";
import { size } from "../numbers.js";
import { table } from "../table.js";

/** Enough of a digest to tell files apart; `--json` has all of it. */
const DIGEST_DIGITS = 12;

export function exportedText({ model, format, folder, files }: Exported, screen: Screen): string {
  const rows = files.map(({ name, bytes, digest }) => [name, size(bytes), digest.slice(0, DIGEST_DIGITS)]);
  return [
    `${screen.colours.bold(`${model.name}@${model.version}`)} as ${format} in ${folder}`,
    table(["FILE", "SIZE", "SHA-256"], rows, screen, [1]),
  ].join("\n");
}
