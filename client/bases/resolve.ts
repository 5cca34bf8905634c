/** Finds what `base` of a run file means: the catalogue, then registered checkpoints, or a model of one's own. */
import { WITHOUT_WEIGHTS } from "../../learn/bases/architectures.js";
import { CATALOGUE } from "../../learn/bases/catalogue.js";
import { catalogueSpec } from "../../learn/bases/catalogueSpec.js";
import { type BaseSpec, isBlueFirst, LAYERS_MODEL, ONNX, type RegisteredBase } from "../../spec/base.js";
import { ThawError } from "../../spec/errors.js";
import { specDigest } from "../../store/artifacts/specDigest.js";
import type { Store } from "../../store/connection/connection.js";
import { listBaseNames, listBaseVersions, readBase } from "../../store/records/bases.js";
import { modelBase } from "../../store/records/modelBase.js";
import { resolveModel } from "../models/reference.js";
import { nearest } from "../nearest.js";

const MODEL = "model:";

/**
 * @param name `efficientnet-lite1`, `radiographs`, `radiographs@2`, `model:digits`, `model:digits@3` or `model:digits@champion`
 * @returns undefined for a base of the catalogue, whose name says everything
 * @throws ThawError BASE_UNKNOWN, NOT_FOUND (a model that there is not), ARTIFACT_CORRUPT (its record), STORE_…
 */
export async function resolveBase(store: Store, name: string): Promise<BaseSpec | undefined> {
  if (name.startsWith(MODEL))
    return modelBase(store, await resolveModel(store, name.slice(MODEL.length)), catalogueSpec);
  if (CATALOGUE.some((base) => base.name === name)) return undefined;
  const [, plain = "", version] = /^([^@]+)(?:@v?(\d+))?$/.exec(name) ?? [];
  const newest = (await listBaseVersions(store, plain)).at(-1);
  if (newest === undefined) throw await unknownBase(store, name, plain);
  const wanted = await readBase(store, plain, version === undefined ? newest : Number(version));
  if (wanted !== undefined) return registeredBase(wanted);
  throw new ThawError("BASE_UNKNOWN", `there is no version ${version ?? newest} of base ${plain}`, {
    hint: newest === 1 ? "it has version 1 only" : `it has versions 1 to ${newest}`,
  });
}

/**
 * What the names in `bases` mean, those of the catalogue left out.
 * @throws ThawError BASE_UNKNOWN, NOT_FOUND, STORE_…
 */
export async function resolveCandidates(
  store: Store,
  names: readonly string[],
): Promise<Readonly<Record<string, BaseSpec>>> {
  const found: Record<string, BaseSpec> = {};
  for (const name of names) {
    const spec = await resolveBase(store, name);
    if (spec !== undefined) found[name] = spec;
  }
  return found;
}

function registeredBase(base: RegisteredBase): BaseSpec {
  const {
    name,
    version,
    architecture,
    checkpoint,
    weights,
    pixelScale,
    inputSize,
    view,
    colourOrder,
    normEpsilon,
    extractor,
    network,
    golden,
  } = base;
  const { source, licence, pretrainedOn } = base;
  const spec: Omit<BaseSpec, "digest"> = {
    name: `${name}@${version}`,
    architecture,
    checkpoint,
    // Of one network there is no choice, and its digest stays what it was.
    ...(weights?.others === undefined ? {} : { weights: weights.name }),
    ...(pixelScale === undefined ? {} : { pixelScale }),
    ...(inputSize === undefined ? {} : { inputSize }),
    ...(view === undefined ? {} : { view }),
    ...(colourOrder === undefined ? {} : { colourOrder }),
    ...(normEpsilon === undefined ? {} : { normEpsilon }),
    ...(weights?.bands === undefined ? {} : { bands: weights.bands }),
    ...(isBlueFirst(base) ? { trainedOn: "BGR" as const } : {}),
    ...(extractor === undefined ? {} : { extractor }),
    ...(network === undefined ? {} : { network }),
    ...(golden === undefined ? {} : { golden }),
    layers: [],
    lineage: [],
    origin: { source, licence, pretrainedOn },
  };
  return { ...spec, digest: specDigest(spec) };
}

async function unknownBase(store: Store, name: string, plain: string): Promise<ThawError> {
  const names = [...CATALOGUE.map((base) => base.name), ...(await listBaseNames(store))];
  const add = `thaw bases add FILE --name NAME --arch ${plain}`;
  if (
    plain === LAYERS_MODEL ||
    plain === ONNX ||
    WITHOUT_WEIGHTS.some((architecture) => architecture.name === plain)
  ) {
    return new ThawError("BASE_UNKNOWN", `${plain} is an architecture that thaw has no weights for`, {
      hint: `add a checkpoint of yours: \`${add}\``,
    });
  }
  const close = nearest(plain, names);
  const known = `bases: ${names.join(", ")}; a model of yours is model:NAME`;
  return new ThawError("BASE_UNKNOWN", `there is no base called "${name}"`, {
    hint: close.length === 0 ? known : `did you mean ${close.join(" or ")}? ${known}`,
  });
}
