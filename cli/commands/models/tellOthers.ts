/** After a command that moved an alias: whoever the installation tells is told, and the command is done all the same. */
import type { MovedAlias } from "../../../client/models/aliases.js";
import type { Output } from "../../output.js";
import { projectPlatform } from "../../session.js";
import { say } from "../../terminal/shown.js";

export async function tellOthers(
  project: string | undefined,
  output: Output,
  moved: MovedAlias,
): Promise<void> {
  const { tellOfAlias } = await import("../../../client/notifications/tellOfAlias.js");
  const why = await tellOfAlias(await projectPlatform(project), moved);
  if (why !== undefined) output.talk(say`Nobody is notified: ${why}.`);
}
