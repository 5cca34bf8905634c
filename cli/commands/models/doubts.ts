/** Tells whoever puts a version to use what may void its figures. */
import type { Doubts } from "../../../client/models/doubts.js";
import { voiding } from "../../../spec/warnings/doubts.js";
import type { Warning } from "../../../spec/warnings/warning.js";
import type { Output } from "../../output.js";

/** Nothing without doubts, and nothing under `--json`, where they are part of the document. */
export async function tellDoubts(output: Output, { warnings = [] }: Doubts): Promise<void> {
  if (output.json || warnings.length === 0) return;
  // Help is to be there at once, without what draws.
  const { warningLines } = await import("../../render/warnings.js");
  output.tell(warnings, (shown, screen) => warningLines(shown, screen).join("\n"));
}

/**
 * What the strongest mark of a list means, where a row has it; nothing under `--json`, which has the sentences.
 * @param of the rows' warnings
 * @param more the command that says why
 */
export async function tellVoidMark(
  output: Output,
  of: readonly (readonly Warning[] | undefined)[],
  more: string,
): Promise<void> {
  if (output.json || of.every((warnings) => voiding(warnings).length === 0)) return;
  const { voidMarkText } = await import("../../render/warnings.js");
  output.tell(more, (shown, screen) => voidMarkText(shown, screen));
}
