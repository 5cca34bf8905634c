/** Explains why a stage has no artifact by comparing it with the nearest one that there is. */
import { engineOf } from "../../spec/engine/device.js";
import type { StagePlan } from "../../spec/pipeline/stages.js";
import {
  ARTIFACTS_PREFIX,
  type ArtifactManifest,
  findManifest,
  placeOf,
} from "../../store/artifacts/artifacts.js";
import { canonicalJson } from "../../store/artifacts/keys.js";
import type { Store } from "../../store/connection/connection.js";
import { listNames } from "../../store/json.js";
import { nearestSentence } from "./nearestParameters.js";

/** Reading a manifest takes milliseconds; an explanation is worth a second at most. */
const MOST_READ = 60;

/** @returns one plain sentence, e.g. ``the nearest artifact has `dropout` 0.2 instead of 0.5`` */
export async function whyNotThere(
  store: Store,
  stage: StagePlan,
  digests: Readonly<Record<string, string>>,
  engineFingerprint: string,
): Promise<string> {
  const manifests = await manifestsOf(store, stage.kind);
  const sameInputs = manifests.filter(({ inputs }) => canonicalJson(inputs) === canonicalJson(digests));
  if (sameInputs.length === 0) {
    return manifests.length === 0
      ? `no ${stage.kind} artifact is in the store yet`
      : `no artifact was made from ${stage.kind === "ingest" ? "these images" : "these inputs"}`;
  }
  return nearestSentence(stage, sameInputs, engineOf(stage, engineFingerprint));
}

async function manifestsOf(store: Store, kind: string): Promise<ArtifactManifest[]> {
  const names = await listNames(store, `${ARTIFACTS_PREFIX}${kind}/`);
  const keys = names.flatMap((name) => placeOf(name)?.key ?? []);
  const found = await Promise.all(
    // A damaged manifest explains nothing here; the stage that needs it will say so.
    keys.slice(0, MOST_READ).map((key) => findManifest(store, kind, key).catch(() => undefined)),
  );
  return found.filter((manifest) => manifest !== undefined);
}
