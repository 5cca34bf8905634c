/** Which layer groups a run's stages of unfreezing reach, once the base is known. */
import { type BaseSpec, graphOf, LAYERS_MODEL } from "../base.js";
import { ThawError } from "../errors.js";
import type { RunFile } from "../runFile/runFile.js";
import { candidatesOf } from "./candidates.js";
import { defaultStages, LAYER_GROUPS, type LayerGroupName, layerGroupsOf } from "./layerGroups.js";

/**
 * The deepest layer group of each stage of unfreezing.
 * @param spec what `file.base` means where it is not a base of the catalogue
 */
export function unfreezeStages(file: RunFile, spec: BaseSpec | undefined): readonly LayerGroupName[] {
  return file.unfreeze.stages ?? defaultStages(architectureOf(file, spec));
}

/**
 * The run file with the stages written out, so that everybody who reads it later sees them.
 * @throws ThawError RUN_FILE_INVALID for a layer group that the base does not have, for the rate of one that no stage
 *   trains, or for any training of a base that only gives features
 */
export function withStages(file: RunFile, spec: BaseSpec | undefined): RunFile {
  const written = withKnownStages(file, spec);
  const groups = layerGroupsOf(architectureOf(file, spec));
  const trained = trainedGroups(file, spec);
  const idle = ratedGroups(file).find((name) => !trained.includes(name));
  if (idle === undefined) return written;
  if (!groups.includes(idle)) throw foreignGroup("unfreeze.rates", idle, file, groups);
  throw new ThawError(
    "RUN_FILE_INVALID",
    `\`unfreeze.rates\` gives a rate to ${idle}, which no stage trains`,
    {
      hint:
        trained.length === 0
          ? "there are no stages: leave the rates out, or say in `unfreeze.stages` what is to be trained"
          : `the stages train ${trained.join(", ")}; leave its rate out, or let a stage reach down to it by \`unfreeze.stages\``,
    },
  );
}

function withKnownStages(file: RunFile, spec: BaseSpec | undefined): RunFile {
  if (architectureOf(file, spec) === LAYERS_MODEL) refuseTraining(file);
  if (graphOf(architectureOf(file, spec))?.isFixed === true) refuseScratch(file);
  const stages = unfreezeStages(file, spec);
  const groups = layerGroupsOf(architectureOf(file, spec));
  const foreign = stages.find((name) => !groups.includes(name));
  if (foreign !== undefined) throw foreignGroup("unfreeze.stages", foreign, file, groups);
  return { ...file, unfreeze: { ...file.unfreeze, stages: [...stages] } };
}

function foreignGroup(
  key: string,
  name: string,
  { base }: RunFile,
  groups: readonly LayerGroupName[],
): ThawError {
  return new ThawError(
    "RUN_FILE_INVALID",
    `\`${key}\` names the layer group ${name}, which the base ${base} does not have`,
    { hint: `its layer groups, from the top: ${groups.join(", ")}` },
  );
}

/** Those that any stage trains, from the top: down to the deepest stage, and the first block of a surgical one. */
function trainedGroups(file: RunFile, spec: BaseSpec | undefined): readonly LayerGroupName[] {
  const groups = layerGroupsOf(architectureOf(file, spec));
  const deepest = Math.max(-1, ...unfreezeStages(file, spec).map((name) => groups.indexOf(name)));
  const first = file.unfreeze.surgical === "first-block" ? groups.length - 1 : groups.length;
  return groups.filter((_, depth) => depth <= deepest || depth >= first);
}

function ratedGroups({ unfreeze }: RunFile): readonly LayerGroupName[] {
  return LAYER_GROUPS.filter((name) => unfreeze.rates[name] !== undefined);
}

/**
 * The run file as it is, if its stages exist in every candidate of `bases`, and some candidate trains each layer group
 * that has a rate: candidates of two architectures have groups of other names.
 * @param candidates what their names mean, those of the catalogue left out
 * @throws ThawError RUN_FILE_INVALID
 */
export function suitsAll(file: RunFile, candidates: Readonly<Record<string, BaseSpec>>): RunFile {
  for (const base of candidatesOf(file)) withKnownStages({ ...file, base }, candidates[base]);
  const trained = candidatesOf(file).flatMap((base) => trainedGroups({ ...file, base }, candidates[base]));
  const idle = ratedGroups(file).find((name) => !trained.includes(name));
  if (idle === undefined) return file;
  throw new ThawError(
    "RUN_FILE_INVALID",
    `\`unfreeze.rates\` gives a rate to ${idle}, which no stage of any of \`bases\` trains`,
    { hint: "leave it out, or let a stage reach down to it by `unfreeze.stages`" },
  );
}

/** Keys of the run file that ask for a training of the base itself. */
function refuseTraining({ base, unfreeze, compare, recipe }: RunFile): void {
  const asked = [
    { key: "`unfreeze.stages`", isAsked: (unfreeze.stages ?? []).length > 0, instead: "`stages: []`" },
    { key: "`unfreeze.rates`", isAsked: Object.keys(unfreeze.rates).length > 0, instead: "`rates: {}`" },
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

/** Kernels that choose channels or add images would begin as noise, and be another network. */
function refuseScratch({ base, compare }: RunFile): void {
  if (!compare.scratch) return;
  throw new ThawError(
    "RUN_FILE_INVALID",
    `\`compare.scratch\` asks to train all of the base ${base} from random weights, of which a part stands for its structure`,
    { hint: "leave it out or write `scratch: false`, or compare with a base of another architecture" },
  );
}

function architectureOf(file: RunFile, spec: BaseSpec | undefined): string {
  return spec?.architecture ?? file.base;
}
