/** Which layer groups a run's stages of unfreezing reach, once the base is known. */
import { type BaseSpec, LAYERS_MODEL } from "./base.js";
import { ThawError } from "./errors.js";
import { defaultStages, type LayerGroupName, layerGroupsOf } from "./layerGroups.js";
import type { RunFile } from "./runFile.js";

/**
 * The deepest layer group of each stage of unfreezing.
 * @param spec what `file.base` means where it is not a base of the catalogue
 */
export function unfreezeStages(file: RunFile, spec: BaseSpec | undefined): readonly LayerGroupName[] {
  return file.unfreeze.stages ?? defaultStages(architectureOf(file, spec));
}

/**
 * The run file with the stages written out, so that everybody who reads it later sees them.
 * @throws ThawError RUN_FILE_INVALID for a layer group that the base does not have, or for any training of a base
 *   that only gives features
 */
export function withStages(file: RunFile, spec: BaseSpec | undefined): RunFile {
  if (architectureOf(file, spec) === LAYERS_MODEL) refuseTraining(file);
  const stages = unfreezeStages(file, spec);
  const groups = layerGroupsOf(architectureOf(file, spec));
  const foreign = stages.find((name) => !groups.includes(name));
  if (foreign !== undefined) {
    throw new ThawError(
      "RUN_FILE_INVALID",
      `\`unfreeze.stages\` names the layer group ${foreign}, which the base ${file.base} does not have`,
      { hint: `its layer groups, from the top: ${groups.join(", ")}` },
    );
  }
  return { ...file, unfreeze: { ...file.unfreeze, stages: [...stages] } };
}

/**
 * The run file as it is, if its stages exist in every candidate of `bases`.
 * @param candidates what their names mean, those of the catalogue left out
 * @throws ThawError RUN_FILE_INVALID
 */
export function suitsAll(file: RunFile, candidates: Readonly<Record<string, BaseSpec>>): RunFile {
  for (const base of file.bases) withStages({ ...file, base }, candidates[base]);
  return file;
}

/** Keys of the run file that ask for a training of the base itself. */
function refuseTraining({ base, unfreeze, compare, recipe }: RunFile): void {
  const asked = [
    { key: "`unfreeze.stages`", isAsked: (unfreeze.stages ?? []).length > 0, instead: "`stages: []`" },
    { key: "`unfreeze.surgical`", isAsked: unfreeze.surgical === "first-block", instead: "`surgical: none`" },
    { key: "`compare.scratch`", isAsked: compare.scratch, instead: "`scratch: false`" },
    { key: "`recipe: staged`", isAsked: recipe === "staged", instead: "`recipe: auto`" },
  ].find(({ isAsked }) => isAsked);
  if (asked === undefined) return;
  throw new ThawError(
    "RUN_FILE_INVALID",
    `${asked.key} asks to train layers of the base ${base}, which is a layers model: it gives features and stays frozen`,
    { hint: `leave it out or write ${asked.instead}, or start from a base of another architecture` },
  );
}

function architectureOf(file: RunFile, spec: BaseSpec | undefined): string {
  return spec?.architecture ?? file.base;
}
