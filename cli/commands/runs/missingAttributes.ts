/** What is said where a Temporal server lacks search attributes: the work goes on, but is found by less. */
import type { Output } from "../../output.js";
import { say } from "../../terminal/shown.js";

/** @param missing of what was started; nothing is said where none is */
export async function tellMissing(output: Output, missing: readonly string[] | undefined): Promise<void> {
  if (missing === undefined || missing.length === 0) return;
  const { missingText } = await import("../../../client/temporal/findable.js");
  output.talk(say`Warning: ${missingText(missing)}. \`thaw doctor --fix\` registers what is missing.`);
}
