/** Says beforehand which stages of a run are in the store and which will run, and why. */
import { join } from "node:path";
import { listSource } from "../data/source.js";
import { digestSource } from "../data/sourceDigest.js";
import type { Platform } from "../spec/platform.js";
import type { RecipeDecision, RecipeSummary } from "../spec/recipe.js";
import type { ArtifactRef } from "../spec/run.js";
import type { RunFile } from "../spec/runFile.js";
import { followRecipe, planStages, type StageKind, type StagePlan } from "../spec/stages.js";
import { withStages } from "../spec/unfreezing.js";
import { type ArtifactManifest, artifactIsWhole, findManifest, refOf } from "../store/artifacts.js";
import type { Store } from "../store/connection.js";
import { stageKey } from "../store/keys.js";
import { whyNotThere } from "./nearestArtifact.js";
import { resolveBase } from "./resolveBase.js";

export interface PlannedStage {
  readonly name: string;
  readonly kind: StageKind;
  /** `skip`: the recipe, which is in the store, leaves the stage out. */
  readonly action: "reuse" | "run" | "skip";
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
 * Agrees with what the activities do (`activities/findArtifact.ts`): the same keys over the same digests.
 * @param dataPath absolute path of the images, which have to be on this machine
 * @param engineFingerprint of the TensorFlow build that the training worker has
 * @throws ThawError RUN_FILE_INVALID (layer groups), DATA_NOT_FOUND and others about the images, STORE_UNREACHABLE, STORE_DENIED
 */
export async function planRun(
  { store, platform }: PlanContext,
  file: RunFile,
  dataPath: string,
  engineFingerprint: string,
): Promise<readonly PlannedStage[]> {
  // The same file as the activities', so that images are read again only where they changed.
  const digestCache = join(platform.workFolder, "source-digests.json");
  const { digest } = await digestSource(await listSource(dataPath), digestCache);
  const known = new Map([["source", digest]]);
  const planned: PlannedStage[] = [];
  const base = await resolveBase(store, file.base);
  const all = planStages(withStages(file, base), base);
  let decision: RecipeDecision | undefined;
  for (const { name, kind } of all) {
    const stage = followRecipe(all, decision?.stages ?? all.length).find((plan) => plan.name === name);
    if (stage === undefined) {
      planned.push({ name, kind, action: "skip", why: decision?.reason ?? "" });
      continue;
    }
    const { manifest, entry } = await planStage(store, stage, known, engineFingerprint);
    if (entry.artifact !== undefined) known.set(name, entry.artifact.digest);
    if (kind === "recipe" && manifest !== undefined) decision = (manifest.summary as RecipeSummary).decision;
    planned.push(entry);
  }
  return planned;
}

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
  const made = inputs.find((input) => !known.has(input));
  if (made !== undefined)
    return { entry: { name, kind, action: "run", why: `its input \`${made}\` will be made anew` } };
  const digests = Object.fromEntries(inputs.map((input) => [input, known.get(input) ?? ""]));
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
