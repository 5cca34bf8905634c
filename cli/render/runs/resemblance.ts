/** That validation and test images differ, before anything else is said of a run or a model. */
import { type ResemblanceInBrief, warningOf } from "../../../spec/records/resemblance.js";
import type { Screen } from "../../output.js";
import { wrap } from "../text.js";

/** @returns no line where nothing differs */
export function resemblanceLines(
  resemblance: ResemblanceInBrief | undefined,
  { colours, width }: Screen,
): readonly string[] {
  const warning = warningOf(resemblance);
  return warning === undefined ? [] : wrap(`! ${warning}`, width).map((line) => colours.yellow(line));
}
