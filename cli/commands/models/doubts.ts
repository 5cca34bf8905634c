/** Tells whoever puts a version to use what may void its figures. */
import type { Doubts } from "../../../client/models/doubts.js";
import type { Output } from "../../output.js";

/** Nothing without doubts, and nothing under `--json`, where they are part of the document. */
export async function tellDoubts(output: Output, { warnings = [] }: Doubts): Promise<void> {
  if (output.json || warnings.length === 0) return;
  // Help is to be there at once, without what draws.
  const { warningLines } = await import("../../render/warnings.js");
  output.tell(warnings, (shown, screen) => warningLines(shown, screen).join("\n"));
}
