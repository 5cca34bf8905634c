/** Lists the bases that runs can start from, and registers checkpoints of one's own among them. */
import { findArchitecture, WITHOUT_WEIGHTS } from "../../learn/bases/architectures.js";
import {
  type ArchitectureBase,
  type Base,
  type BaseInput,
  CATALOGUE,
  type CatalogueBase,
} from "../../learn/bases/catalogue.js";
import { extractorInput } from "../../learn/bases/extractor.js";
import { GRAPH_INPUT } from "../../learn/bases/graphBase.js";
import { ownInput } from "../../learn/bases/input.js";
import type { FilePixels } from "../../learn/bases/kerasPixels.js";
import { requireSound } from "../../learn/bases/sound.js";
import { twinNotice } from "../../learn/bases/twins.js";
import {
  type BaseView,
  type ColourOrder,
  LAYERS_MODEL,
  NOT_STATED,
  ONNX,
  type PixelScale,
  type RegisteredBase,
  type TakenWeights,
} from "../../spec/base.js";
import { ThawError } from "../../spec/errors.js";
import { masked } from "../../spec/network/masked.js";
import type { DamagedRecord } from "../../spec/records/damaged.js";
import { storeFile } from "../../store/artifacts/artifacts.js";
import { ensureBucket, requireBucket, type Store } from "../../store/connection/connection.js";
import { unlessDamaged } from "../../store/record.js";
import { baseRecordName, listBaseNames, readBase, registerBase } from "../../store/records/bases.js";
import { localEngine } from "../localEngine.js";
import { orderOfBands, refuseBands, requireScaleOfBands } from "./bands.js";
import { type FetchOptions, isRemote, openCheckpoint } from "./checkpointSource.js";
import { importLayersModel } from "./importLayersModel.js";
import { importOnnxGraph } from "./importOnnxGraph.js";
import { outdatedSentence } from "./outdated.js";
import { tryBase } from "./tryBase.js";

export type { Base, CatalogueBase } from "../../learn/bases/catalogue.js";

/** The bases that thaw fetches itself. */
export function catalogueBases(): readonly CatalogueBase[] {
  return CATALOGUE;
}

/** The architectures that wait for a checkpoint of the user's own. */
export function architecturesWithoutWeights(): readonly Base[] {
  return WITHOUT_WEIGHTS;
}

export interface ListedBases {
  /** The newest version of each. */
  readonly bases: readonly DescribedBase[];
  /** Records that cannot be read. */
  readonly damaged: readonly DamagedRecord[];
}

export async function registeredBases(store: Store): Promise<ListedBases> {
  await requireBucket(store);
  const names = await listBaseNames(store);
  const damaged: DamagedRecord[] = [];
  const found = await Promise.all(names.map((name) => unlessDamaged(readBase(store, name), damaged)));
  const bases: DescribedBase[] = [];
  for (const base of found) {
    if (base === undefined) continue;
    try {
      bases.push(describeBase(base));
    } catch (error) {
      if (!(error instanceof ThawError)) throw error;
      const record = baseRecordName(base.name, base.version);
      damaged.push({ record, why: error.message, hint: "another version of thaw knows its architecture" });
    }
  }
  return { bases, damaged };
}

export interface AddBase {
  /** Path, URL or `s3://BUCKET/KEY` of the checkpoint, or of a layers model's `model.json`. */
  readonly from: string;
  readonly name: string;
  /** Name of the architecture that the checkpoint has: that of a base of the catalogue, or of one without weights; or LAYERS_MODEL or ONNX. */
  readonly architecture: string;
  /** Its name in the catalogue of published checkpoints, where it comes from there. */
  readonly known?: string;
  readonly pixelScale?: PixelScale;
  readonly view?: BaseView;
  /** In which order it takes the channels of a pixel, in place of the architecture's own. */
  readonly colourOrder?: ColourOrder;
  /** Which of its channels are red, green and blue (or the one that is grey), from 1 on, where it takes another number of them. */
  readonly bands?: readonly number[];
  /** What its batch norms add to the variance, in place of the architecture's own. */
  readonly normEpsilon?: number;
  /** Side of the square input in pixels: of a layers model that takes any, or in place of the architecture's own. */
  readonly size?: number;
  /** The layer of a layers model, or the value of an ONNX graph, that gives the features. */
  readonly output?: string;
  /** The network that is meant of several in the checkpoint's file. */
  readonly weights?: string;
  /** What stands before the names of its tensors; guessed from them when left out. */
  readonly prefix?: string;
  readonly source?: string;
  readonly licence?: string;
  /** What it was pretrained on. */
  readonly domain?: string;
}

/**
 * Fetches the checkpoint, reads it as a run would, stores the file under its digest and registers it under the
 * next version of the name; what is registered already keeps its version.
 * Every base is shown a picture in an engine process before; a layers model is stored as one file.
 * @throws ThawError USAGE (name, address, options), BASE_UNKNOWN (architecture), BASE_UNUSABLE, DATA_NOT_FOUND, DATA_INVALID, STORE_…
 */
export async function addBase(
  store: Store,
  request: AddBase,
  fetching: FetchOptions = {},
): Promise<RegisteredBase> {
  const { from, name, architecture } = request;
  checkName(name);
  if (architecture === LAYERS_MODEL || architecture === ONNX) {
    const holder = architecture === ONNX ? "an ONNX file" : "a model.json";
    for (const option of ["weights", "prefix"] as const) {
      if (request[option] === undefined) continue;
      throw new ThawError("USAGE", `--${option} is for checkpoints; ${holder} holds one network`, {
        hint: "leave it out",
      });
    }
    if (architecture === LAYERS_MODEL) refuseBands(request);
    if (request.normEpsilon !== undefined) {
      throw new ThawError("USAGE", `--norm-epsilon is for checkpoints; ${holder} says it itself`, {
        hint: "leave it out",
      });
    }
  }
  const file = await readFile(store, request, fetching);
  try {
    const { path, dispose: _dispose, ...numbers } = file;
    await ensureBucket(store);
    return await registerBase(store, {
      name,
      createdAt: new Date().toISOString(),
      architecture,
      ...(request.known === undefined ? {} : { known: request.known }),
      checkpoint: await storeFile(store, path),
      ...numbers,
      source: told(request.source) ?? (isRemote(from) ? withoutSecrets(from) : NOT_STATED),
      licence: request.licence ?? NOT_STATED,
      pretrainedOn: request.domain ?? NOT_STATED,
    });
  } finally {
    await file.dispose();
  }
}

function readFile(store: Store, request: AddBase, fetching: FetchOptions) {
  if (request.architecture === LAYERS_MODEL) return importLayersModel(store, request, fetching);
  if (request.architecture === ONNX) return importOnnxGraph(store, request, fetching);
  return checkedCheckpoint(store, request, fetching);
}

/** All architectures halve an image five times: what is left of this is one pixel. */
const LEAST_SIDE = 32;

/** The checkpoint on this machine, once the architecture has taken it. */
async function checkedCheckpoint(store: Store, request: AddBase, fetching: FetchOptions) {
  const { from, name, architecture, size, view, output, normEpsilon } = request;
  const base = findArchitecture(architecture);
  if (output !== undefined) {
    throw new ThawError(
      "USAGE",
      `--output is for layers models and ONNX graphs; ${architecture} has its own`,
      {
        hint: `leave it out, or give a model.json with --arch ${LAYERS_MODEL} or an ONNX file with --arch ${ONNX}`,
      },
    );
  }
  if (size !== undefined && size < LEAST_SIDE) {
    throw new ThawError("USAGE", `--size ${size} leaves nothing of an image at the end of ${architecture}`, {
      hint: `its layers halve an image five times: at least ${LEAST_SIDE}`,
    });
  }
  const checkpoint = await openCheckpoint(store, from, fetching);
  try {
    const { taken: found, naming, pixels } = await tryToLoad(base, checkpoint.path, request);
    const { taken, ...order } = inOrder(request, found);
    const bands = taken?.bands === undefined ? {} : { bands: taken.bands };
    requireScaleOfBands(request, taken?.bands);
    const pixelScale = scaleOf(request, pixels);
    // Of a published checkpoint the catalogue knows what it is.
    if (naming !== undefined && request.known === undefined) {
      const notice = twinNotice(isRemote(from) ? withoutSecrets(from) : from, architecture, naming);
      if (notice !== undefined) fetching.onNotice?.(notice);
      if (taken?.prefix?.endsWith(DETECTOR) === true && normEpsilon === undefined)
        fetching.onNotice?.(FROZEN_NORMS);
      if (naming.notice !== undefined) fetching.onNotice?.(naming.notice);
      if (request.pixelScale === undefined && pixels?.notice !== undefined)
        fetching.onNotice?.(pixels.notice);
    }
    // Of a published one the record says it all the same: without it, it would look like one from before it was known.
    const isOwnEpsilon =
      normEpsilon === undefined || (normEpsilon === base.architecture.epsilon && request.known === undefined);
    const numbers = {
      ...(pixelScale === undefined ? {} : { pixelScale }),
      ...(size === undefined || size === base.input.size ? {} : { inputSize: size }),
      ...(view === undefined ? {} : { view }),
      ...(isOwnEpsilon ? {} : { normEpsilon }),
      ...order,
    };
    const weights = taken === undefined ? {} : { weights: taken.name };
    const engine = localEngine();
    try {
      const choice = { name, architecture, checkpoint: checkpoint.path, ...weights, ...numbers, ...bands };
      const golden = await tryBase(engine, choice, fetching.signal);
      return { ...checkpoint, ...numbers, golden, ...(taken === undefined ? {} : { weights: taken }) };
    } finally {
      await engine.stop();
    }
  } catch (error) {
    await checkpoint.dispose();
    throw error;
  }
}

/** Of the body of torchvision's detection models. */
const DETECTOR = "backbone.body.";
const FROZEN_NORMS =
  "Batch norms that torchvision's detection models froze add 1e-5 to the variance, or nothing in a model that began with its COCO_V1 weights; no file says which. 1e-5 is assumed; `--norm-epsilon 0` says otherwise";

/** What the user or the catalogue says goes before what the file says. @throws ThawError USAGE where it must be said */
function scaleOf({ from, pixelScale }: AddBase, { scale, unclear }: FilePixels = {}): PixelScale | undefined {
  if (pixelScale !== undefined || unclear === undefined) return pixelScale ?? scale;
  const file = isRemote(from) ? withoutSecrets(from) : from;
  throw new ThawError("USAGE", `${file} ${unclear}: how its pixels are scaled cannot be told`, {
    hint: "say what the network is given, of pixels in 0…255: `--scale`, or `--mean` and `--std`",
  });
}

/**
 * What is to be known of weights whose user says in which order they take the channels: nothing new where it is their own.
 * @throws ThawError USAGE for weights of one channel
 */
function inOrder(
  { from, colourOrder }: AddBase,
  taken: TakenWeights | undefined,
): { readonly taken?: TakenWeights; readonly colourOrder?: ColourOrder } {
  const { blueFirst = false, ...rest } = taken ?? { name: "plain" };
  if (colourOrder !== undefined && rest.bands !== undefined) throw orderOfBands();
  const isTurned = colourOrder !== undefined && (colourOrder === "bgr") !== blueFirst;
  if (!isTurned) return taken === undefined ? {} : { taken };
  if (rest.oneChannel === true) {
    throw new ThawError("USAGE", `${from} was trained on one channel: there is no order of several`, {
      hint: "leave --colour-order out",
    });
  }
  return { taken: colourOrder === "bgr" ? { ...rest, blueFirst: true } : rest, colourOrder };
}

/** A registered base with how images become its input. */
export type DescribedBase = RegisteredBase & {
  readonly input: BaseInput;
  /** What is wrong with it by what thaw knows today, as a sentence. */
  readonly outdated?: string;
};

/** @throws ThawError BASE_UNKNOWN for an architecture of another version of thaw */
export function describeBase(base: RegisteredBase): DescribedBase {
  const { architecture, extractor, network, pixelScale } = base;
  const outdated = outdatedSentence(`${base.name}@${base.version}`, base);
  if (extractor !== undefined) return { ...base, input: extractorInput(extractor, pixelScale) };
  if (network !== undefined) return { ...base, input: ownInput(GRAPH_INPUT, base) };
  const input = ownInput(findArchitecture(architecture).input, base);
  return { ...base, input, ...(outdated === undefined ? {} : { outdated }) };
}

/** What the user says of it may be an address, too. */
const told = (source: string | undefined): string | undefined =>
  source === undefined ? undefined : masked(source);

/** Passwords and presigned queries do not belong into a record that everybody reads. */
function withoutSecrets(address: string): string {
  const url = new URL(address);
  url.username = "";
  url.password = "";
  url.search = "";
  return url.href;
}

/** Every error names the source. @param file where it lies on this machine @returns what of it was taken, and how that was named */
async function tryToLoad(
  base: ArchitectureBase,
  file: string,
  { from, weights, prefix, bands }: AddBase,
): Promise<Omit<Awaited<ReturnType<ArchitectureBase["read"]>>, "parameters">> {
  const { parameters, ...told } = await base.read(file, weights, prefix, bands).catch((error: unknown) => {
    if (!(error instanceof ThawError)) throw error;
    const said = error.message.replaceAll(file, from);
    const message = said.includes(from) ? said : `${from}: ${said}`;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    throw new ThawError(error.code, message, { ...hint, cause: error });
  });
  try {
    requireSound(parameters, from);
  } catch (error) {
    throw withOthers(error, told.taken);
  }
  return told;
}

/** What is wrong with one network of a file need not be wrong with the others. */
function withOthers(error: unknown, taken: TakenWeights | undefined): unknown {
  const [other] = taken?.others ?? [];
  if (!(error instanceof ThawError) || taken === undefined || other === undefined) return error;
  return new ThawError(error.code, `${error.message} (${taken.name} of the file)`, {
    hint: `the file also holds ${taken.others?.join(", ")}: \`--weights ${other}\` takes that`,
    cause: error,
  });
}

/** The same letters as in `base` of a run file. */
const NAME = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/;

function checkName(name: string): void {
  if (!NAME.test(name)) {
    throw new ThawError("USAGE", `"${name}" cannot be the name of a base`, {
      hint: "use up to 40 lower-case letters, digits and dashes",
    });
  }
  if (CATALOGUE.some((base) => base.name === name)) {
    throw new ThawError("USAGE", `${name} is a base of thaw's own`, { hint: "choose another name" });
  }
}
