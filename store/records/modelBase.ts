/** A model as a base: what lies under it, with its tuned layers laid over that. */
import type { BaseSpec } from "../../spec/base.js";
import type { Golden } from "../../spec/golden.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { StageSummary } from "../../spec/records/training.js";
import type { ChampionStart } from "../../spec/retraining/depthDecision.js";
import { requireManifest } from "../artifacts/artifacts.js";
import { specDigest } from "../artifacts/specDigest.js";
import type { Store } from "../connection/connection.js";
import { requireSoundModel } from "./soundModel.js";

/** What a base of the catalogue is. */
type Catalogue = (name: string) => Omit<BaseSpec, "digest">;

/**
 * The model's own base, with the model's tuned layers laid over it.
 * @throws ThawError ARTIFACT_CORRUPT (its record), NOT_FOUND (what it was made of), STORE_…
 */
export async function modelBase(store: Store, model: ModelVersion, catalogue: Catalogue): Promise<BaseSpec> {
  await requireSoundModel(store, model, () => undefined);
  const { name, version, weights } = model;
  const { golden: ofParent, ...parent } = model.baseSpec ?? catalogue(model.base);
  // Where only a head was trained, nothing lies over the base, whose features are the model's.
  const isTunedModel = weights.kind !== "head";
  const golden = featuresOf(model) ?? (isTunedModel ? undefined : ofParent);
  const label = `${name}@${version}`;
  const { ingest } = model.artifacts;
  const earlier = (parent.tunedOn ?? []).filter(({ digest }) => digest !== ingest?.digest);
  const tunedOn = [...earlier, ...(ingest !== undefined && (await isTuned(store, model)) ? [ingest] : [])];
  const spec: Omit<BaseSpec, "digest"> = {
    ...parent,
    name: `model:${label}`,
    ...(golden === undefined ? {} : { golden }),
    layers: isTunedModel ? [...parent.layers, weights] : parent.layers,
    ...(tunedOn.length === 0 ? {} : { tunedOn }),
    lineage: [...parent.lineage, label],
    origin: {
      ...parent.origin,
      pretrainedOn: `${parent.origin.pretrainedOn}, then tuned as ${label} to tell ${model.classes.length} classes apart`,
    },
  };
  return { ...spec, digest: specDigest(spec) };
}

/**
 * What a retraining starts from that goes on from the model: the model as a base where it has tuned layers of its own, else the
 * base that it was made from, whose features are in the store under that name.
 * @throws ThawError as {@link modelBase}
 */
export async function startOf(
  store: Store,
  model: ModelVersion,
  catalogue: Catalogue,
): Promise<ChampionStart> {
  await requireSoundModel(store, model, () => undefined);
  if (await isTuned(store, model)) {
    const spec = await modelBase(store, model, catalogue);
    return { name: spec.name, spec };
  }
  return { name: model.base, ...(model.baseSpec === undefined ? {} : { spec: model.baseSpec }) };
}

function featuresOf({ golden }: ModelVersion): Golden | undefined {
  if (golden === undefined) return undefined;
  const { probabilities: _probabilities, ...features } = golden;
  return features;
}

/** Whether a stage of unfreezing was kept: one that was rolled back has learned nothing from the images. */
async function isTuned(store: Store, { artifacts }: ModelVersion): Promise<boolean> {
  for (const ref of Object.values(artifacts)) {
    if (ref.kind !== "tune") continue;
    const { kept } = (await requireManifest(store, ref)).summary as Partial<StageSummary>;
    if (kept === true) return true;
  }
  return false;
}
