/** After a command that moved an alias: whoever the installation tells is told, and the command is done all the same. */
import type { MovedAlias } from "../../../client/models/aliases.js";
import { ThawError } from "../../../spec/errors.js";
import type { Output } from "../../output.js";
import { projectPlatform } from "../../session.js";
import { say } from "../../terminal/shown.js";

export async function tellOthers(
  project: string | undefined,
  output: Output,
  moved: MovedAlias,
): Promise<void> {
  const why = await whyNot(project, moved);
  if (why !== undefined) output.talk(say`Nobody is notified: ${why}.`);
}

/** The alias was moved in the store, which may be all that is known. */
async function whyNot(project: string | undefined, moved: MovedAlias): Promise<string | undefined> {
  const { tellOfAlias } = await import("../../../client/notifications/tellOfAlias.js");
  try {
    return await tellOfAlias(await projectPlatform(project), moved);
  } catch (error) {
    if (error instanceof ThawError) return error.message;
    throw error;
  }
}
