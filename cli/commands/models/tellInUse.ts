/** Says so where a model's newest version was taken, because none was named, and another one is in use. */

import type { Session } from "../../../client/session.js";
import type { ModelVersion } from "../../../spec/records/model.js";
import type { Output } from "../../output.js";
import { say } from "../../terminal/shown.js";

/** @param ref the model as it was typed @param taken the version that it meant */
export async function tellInUse(
  output: Output,
  store: Session["store"],
  ref: string,
  { name, version }: Pick<ModelVersion, "name" | "version">,
): Promise<void> {
  if (output.json) return;
  const { inUseBeside } = await import("../../../client/models/inUse.js");
  const inUse = await inUseBeside(store, ref, { name, version });
  if (inUse === undefined) return;
  output.talk(
    say`This is ${name}@${version}, the newest version; version ${inUse} is in use: ${name}@champion names it.`,
  );
}
