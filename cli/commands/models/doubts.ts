/** Tells whoever puts a version to use what may void its figures. */
import type { Doubts } from "../../../client/models/doubts.js";
import type { Output } from "../../output.js";
import { warningLines } from "../../render/warnings.js";

/** Nothing without doubts, and nothing under `--json`, where they are part of the document. */
export function tellDoubts(output: Output, { warnings = [] }: Doubts): void {
  if (output.json || warnings.length === 0) return;
  output.tell(warnings, (shown, screen) => warningLines(shown, screen).join("\n"));
}
