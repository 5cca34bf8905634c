/** Says beforehand which stages of a run are in the store and which will run, and why. */
import { join } from "node:path";
import { digestSource } from "../../data/source/digest.js";
import { listSource } from "../../data/source/source.js";
import type { ArtifactRef } from "../../spec/artifact.js";
import type { BaseSpec } from "../../spec/base.js";
import type { ImageSource } from "../../spec/pipeline/run.js";
import {
  followRecipe,
  planStages,
  type StageKind,
  type StagePlan,
  sourceOf,
  whySkipped,
} from "../../spec/pipeline/stages.js";
import { suitsAll, withStages } from "../../spec/pipeline/unfreezing.js";
import type { Platform } from "../../spec/platform.js";
import type { BaseComparison } from "../../spec/records/baseComparison.js";
import type { RecipeDecision, RecipeSummary } from "../../spec/records/recipe.js";
import type { RunFile } from "../../spec/runFile/runFile.js";
import {
  type ArtifactManifest,
  artifactIsWhole,
  findManifest,
  refOf,
} from "../../store/artifacts/artifacts.js";
import { stageKey } from "../../store/artifacts/keys.js";
import type { Store } from "../../store/connection/connection.js";
import { bucketReader } from "../../store/images/bucketReader.js";
import { readUploadList } from "../../store/images/uploads.js";
import { resolveBase, resolveCandidates } from "../bases/resolve.js";
import { whyNotThere } from "./nearestArtifact.js";

export interface PlannedStage {
  readonly name: string;
  readonly kind: StageKind;
  /**
   * `skip`: the recipe, which is in the store, leaves the stage out. `maybe`: a fold, and the recipe that says how
   * many there are is not in the store.
   */
  readonly action: "reuse" | "run" | "skip" | "maybe";
  /** One plain sentence without a full stop. */
  readonly why: string;
  /** The artifact that is reused. */
  readonly artifact?: ArtifactRef;
}

/** A session, or a store without Temporal. */
export interface PlanContext {
  readonly store: Store;
  readonly platform: Pick<Platform, "workFolder">;
}

/**
 * Agrees with what the activities do (`activities/light/findArtifact.ts`): the same keys over the same digests.
 * @param source the images: on this machine, in a bucket, or uploaded
 * @param engineFingerprint of the TensorFlow build that the training worker has
 * @throws ThawError RUN_FILE_INVALID (layer groups), DATA_NOT_FOUND and others about the images, NOT_FOUND (the upload), STORE_UNREACHABLE, STORE_DENIED
 */
export async function planRun(
  { store, platform }: PlanContext,
  given: RunFile,
  source: ImageSource,
  engineFingerprint: string,
): Promise<readonly PlannedStage[]> {
  const known = new Map([["source", await digestOf(source, store, platform.workFolder)]]);
  const planned: PlannedStage[] = [];
  const candidates = await resolveCandidates(store, given.bases);
  const specOf = async (name: string): Promise<BaseSpec | undefined> =>
    given.bases.length === 0 ? resolveBase(store, name) : candidates[name];
  const spec = await specOf(given.base);
  const file = given.bases.length === 0 ? withStages(given, spec) : suitsAll(given, candidates);
  let all = planStages(file, spec, candidates);
  let decision: RecipeDecision | undefined;
  let isBaseOpen = false;
  for (const { name, kind } of all) {
    // With the base that is chosen by now, if one had to be.
    const plan = all.find((one) => one.name === name) as StagePlan;
    if (isBaseOpen) {
      planned.push({ name, kind, action: "run", why: "the base is chosen first" });
      continue;
    }
    const skipped = decision && whySkipped(plan, decision);
    if (skipped !== undefined) {
      planned.push({ name, kind, action: "skip", why: skipped });
      continue;
    }
    if (kind === "fold" && decision === undefined) {
      planned.push({ name, kind, action: "maybe", why: UNDECIDED_FOLD });
      continue;
    }
    const stages = decision === undefined ? all : followRecipe(all, decision);
    const stage = stages.find((one) => one.name === name) ?? plan;
    const { manifest, entry } = await planStage(store, stage, known, engineFingerprint);
    if (entry.artifact !== undefined) known.set(name, entry.artifact.digest);
    planned.push(entry);
    if (name === "recipe" && manifest !== undefined) decision = (manifest.summary as RecipeSummary).decision;
    if (kind !== "base") continue;
    if (manifest === undefined) isBaseOpen = true;
    else {
      const { chosen } = manifest.summary as BaseComparison;
      all = planStages({ ...file, base: chosen }, await specOf(chosen), candidates);
    }
  }
  return planned;
}

async function digestOf(
  { dataPath, upload }: ImageSource,
  store: Store,
  workFolder: string,
): Promise<string> {
  if (upload !== undefined) {
    await readUploadList(store, upload);
    return upload;
  }
  // The same file as the activities', so that images are read again only where they changed.
  const digestCache = join(workFolder, "source-digests.json");
  return (await digestSource(await listSource(dataPath, bucketReader(store)), digestCache)).digest;
}

const UNDECIDED_FOLD =
  "the recipe decides on the folds once the images are read: how many, and how much is unfrozen in them";

interface Planned {
  readonly entry: PlannedStage;
  /** Of the artifact that is reused. */
  readonly manifest?: ArtifactManifest;
}

/** @param known digest of each input whose content is known, by stage name */
async function planStage(
  store: Store,
  stage: StagePlan,
  known: ReadonlyMap<string, string>,
  engineFingerprint: string,
): Promise<Planned> {
  const { name, kind } = stage;
  const inputs = kind === "ingest" ? ["source"] : stage.inputs;
  const made = inputs.map((input) => sourceOf(stage, input)).find((source) => !known.has(source));
  if (made !== undefined)
    return { entry: { name, kind, action: "run", why: `its input \`${made}\` will be made anew` } };
  const digests = Object.fromEntries(inputs.map((input) => [input, known.get(sourceOf(stage, input)) ?? ""]));
  const key = stageKey(stage, digests, engineFingerprint);
  const manifest = await findManifest(store, kind, key);
  if (manifest === undefined) {
    const why = await whyNotThere(store, stage, digests, engineFingerprint);
    return { entry: { name, kind, action: "run", why } };
  }
  const short = manifest.digest.slice(0, 12);
  if (!(await artifactIsWhole(store, manifest))) {
    const why = `data of the artifact ${short} were deleted from the store`;
    return { entry: { name, kind, action: "run", why } };
  }
  const why = `the artifact ${short} is in the store`;
  return { manifest, entry: { name, kind, action: "reuse", why, artifact: refOf(manifest) } };
}
