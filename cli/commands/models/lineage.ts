/** `thaw lineage`: what something was made of, and what was made of it. */
import type { Command } from "commander";
import { contextOf, withExamples } from "../../context.js";
import { tellDamaged } from "../../damaged.js";
import { lineageJson } from "../../json/models.js";
import { openProjectStore } from "../../session.js";

export function addLineage(program: Command): void {
  const command = program
    .command("lineage")
    .summary("what something was made of, and what was made of it")
    .description(
      "show what a model, a run or an artifact was made of and what was made of it; or where an image is: datasets, labels, versions that learned from it or were tested on it",
    )
    .argument(
      "<what>",
      "MODEL[@VERSION|@ALIAS], a run that ended well, a SHA-256 or its first digits, or the path of an image",
    )
    .action(async (what: string, _options: object, self: Command) => {
      const { output, project } = contextOf<object>(self);
      const [store, { lineage }, { lineageText }] = await Promise.all([
        openProjectStore(project),
        import("../../../client/lineage/lineage.js"),
        import("../../render/models/lineage.js"),
      ]);
      const found = await lineage(store, what);
      output.data(lineageJson(found), lineageText);
      tellDamaged(output, found.damaged);
    });
  withExamples(command, [
    ["thaw lineage digits@champion", "run, artifacts, images, base; proofs, aliases, what builds on it"],
    ["thaw lineage 3f2a9c01", "what has this digest: artifact, file in one, image, checkpoint"],
    ["thaw lineage photos/cat/12.jpg", "who was trained on this image, or on one that looks alike?"],
  ]);
}
