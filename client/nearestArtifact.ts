/** Explains why a stage has no artifact by comparing it with the nearest one that there is. */
import { engineOf } from "../spec/device.js";
import type { StagePlan } from "../spec/stages.js";
import { ARTIFACTS_PREFIX, type ArtifactManifest, findManifest, placeOf } from "../store/artifacts.js";
import type { Store } from "../store/connection.js";
import { listNames } from "../store/json.js";
import { canonicalJson } from "../store/keys.js";

/** Reading a manifest takes milliseconds; an explanation is worth a second at most. */
const MOST_READ = 60;
/** A longer list of differences is another experiment, not a changed parameter. */
const MOST_NAMED = 3;

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
  const wanted = flatten(stage.parameters);
  const [nearest] = sameInputs
    .map(({ parameters, engine }) => ({ engine, found: flatten(parameters) }))
    .map(({ engine, found }) => ({ engine, found, keys: differingKeys(wanted, found) }))
    .toSorted((a, b) => a.keys.length - b.keys.length);
  if (nearest === undefined || nearest.keys.length > MOST_NAMED) return "no artifact for these parameters";
  if (nearest.keys.length > 0) {
    const named = nearest.keys.map(
      (key) => `\`${key}\` ${show(nearest.found.get(key))} instead of ${show(wanted.get(key))}`,
    );
    return `the nearest artifact has ${named.join(", ")}`;
  }
  const isOtherEngine = stage.usesEngine && nearest.engine !== engineOf(stage, engineFingerprint);
  return `the artifact for these parameters was made ${isOtherEngine ? "with another TensorFlow build or device" : "by another version of the stage"}`;
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

function differingKeys(wanted: FlatParameters, found: FlatParameters): readonly string[] {
  return [...new Set([...wanted.keys(), ...found.keys()])].filter(
    (key) => canonicalJson(wanted.get(key)) !== canonicalJson(found.get(key)),
  );
}

type FlatParameters = ReadonlyMap<string, unknown>;

/** `{ augment: { views: 6 } }` as `augment.views`. */
function flatten(parameters: Readonly<Record<string, unknown>>, prefix = ""): Map<string, unknown> {
  return new Map(
    Object.entries(parameters).flatMap(([key, value]) =>
      value !== null && typeof value === "object" && !Array.isArray(value)
        ? [...flatten(value as Record<string, unknown>, `${prefix}${key}.`)]
        : [[`${prefix}${key}`, value] as const],
    ),
  );
}

const SHOWN_LENGTH = 40;

function show(value: unknown): string {
  const text = value === undefined ? "unset" : JSON.stringify(value);
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}
