/** `thaw bases remove`: takes a base of one's own off the list. */
import type { Command } from "commander";
import { contextOf, withExamples } from "../../context.js";
import { projectStorePlatform } from "../../session.js";
import { say } from "../../terminal/shown.js";

export function addRemove(bases: Command): void {
  const command = bases
    .command("remove")
    .description("take a base that was added off the list, with all of its versions")
    .argument("<name>", "what run files call it")
    .action(async (name: string, _options: object, self: Command) => {
      const { output, project } = contextOf<object>(self);
      const platform = await projectStorePlatform(project);
      const [{ openStoreOnly }, { removeBase }] = await Promise.all([
        import("../../../client/session.js"),
        import("../../../client/bases/remove.js"),
      ]);
      const removed = await removeBase(openStoreOnly(platform), name);
      const labels = removed.versions.map((version) => `${name}@${version}`);
      output.data(
        removed,
        (shown) => `${shown.join(", ")} ${shown.length === 1 ? "is" : "are"} no more`,
        labels,
      );
      output.talk(
        say`Runs and models that used it keep what they have: their artifacts name it by its digest. \`thaw gc\` may now remove its checkpoint, unless a model or a running run needs it.`,
      );
    });
  withExamples(command, [["thaw bases remove xray", "`base: xray` is unknown from now on"]]);
}
