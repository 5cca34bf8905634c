/** The logs of a model's aliases as tables. */
import type { AliasDecision } from "../../../spec/records/aliasDecision.js";
import { depthWords } from "../../../spec/retraining/depth.js";
import type { ModelHistoryJson } from "../../json/models.js";
import type { Screen } from "../../output.js";
import { shortTime } from "../numbers.js";
import { table } from "../table.js";
import { wrapWords } from "../words.js";

/** The newest first, as in every list of thaw. */
export function historyText(
  { model, aliases, depths = [] }: ModelHistoryJson,
  screen: Screen,
  now = new Date(),
): string {
  const tables = aliases.map(({ alias, log }) => {
    const rows = log
      .toReversed()
      .map(({ version, before, at, by, how, note = "" }) => [
        versionWord(version),
        ...[versionWord(before), shortTime(new Date(at), now), how, by, note],
      ]);
    const header = ["VERSION", "BEFORE", "SINCE", "HOW", "BY", "NOTE"];
    return `${screen.colours.bold(`${model}@${alias}`)}\n${table(header, rows, screen)}`;
  });
  const trained = depths.toReversed().map(({ version, reason, ...depth }) => {
    const line = `Version ${version} was trained ${depthWords(depth)}: ${reason}`;
    return wrapWords(line, screen.width, "  ");
  });
  return [...tables, ...(trained.length === 0 ? [] : [trained.join("\n")])].join("\n\n");
}

const versionWord = (version: AliasDecision["version"]): string =>
  version === null ? "none" : String(version);
