/** Lists the bases that runs can start from, and registers checkpoints of one's own among them. */
import { stat } from "node:fs/promises";
import { findArchitecture, WITHOUT_WEIGHTS } from "../learn/bases/architectures.js";
import { type Base, CATALOGUE, type CatalogueBase } from "../learn/bases/catalogue.js";
import type { PixelScale, RegisteredBase } from "../spec/base.js";
import { ThawError } from "../spec/errors.js";
import { storeFile } from "../store/artifacts.js";
import { listBaseNames, readBase, registerBase } from "../store/bases.js";
import { ensureBucket, type Store } from "../store/connection.js";

export type { Base, CatalogueBase } from "../learn/bases/catalogue.js";

/** The bases that thaw fetches itself. */
export function catalogueBases(): readonly CatalogueBase[] {
  return CATALOGUE;
}

/** The architectures that wait for a checkpoint of the user's own. */
export function architecturesWithoutWeights(): readonly Base[] {
  return WITHOUT_WEIGHTS;
}

/** The newest version of every registered base. */
export async function registeredBases(store: Store): Promise<readonly RegisteredBase[]> {
  await ensureBucket(store);
  const names = await listBaseNames(store);
  const found = await Promise.all(names.map((name) => readBase(store, name)));
  return found.filter((base) => base !== undefined);
}

export interface AddBase {
  /** Path of the checkpoint. */
  readonly file: string;
  readonly name: string;
  /** Name of the architecture that the checkpoint has: that of a base of the catalogue, or of one without weights. */
  readonly architecture: string;
  readonly pixelScale?: PixelScale;
  readonly source?: string;
  readonly licence?: string;
  /** What it was pretrained on. */
  readonly domain?: string;
}

/**
 * Reads the checkpoint as a run would, stores the file under its digest and registers it under the next
 * version of the name; what is registered already keeps its version.
 * @throws ThawError USAGE (name), BASE_UNKNOWN (architecture), DATA_NOT_FOUND, DATA_INVALID, STORE_…
 */
export async function addBase(store: Store, request: AddBase): Promise<RegisteredBase> {
  const { file, name, architecture, pixelScale } = request;
  checkName(name);
  const base = findArchitecture(architecture);
  await checkFile(file);
  await tryToLoad(base, file);
  await ensureBucket(store);
  return registerBase(store, {
    name,
    createdAt: new Date().toISOString(),
    architecture,
    checkpoint: await storeFile(store, file),
    ...(pixelScale === undefined ? {} : { pixelScale }),
    source: request.source ?? "not stated",
    licence: request.licence ?? "not stated",
    pretrainedOn: request.domain ?? "not stated",
  });
}

/** Every error names the file. */
async function tryToLoad(base: Base, file: string): Promise<void> {
  const parameters = await base.load(file).catch((error: unknown) => {
    if (!(error instanceof ThawError)) throw error;
    const message = error.message.includes(file) ? error.message : `${file}: ${error.message}`;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    throw new ThawError(error.code, message, { ...hint, cause: error });
  });
  for (const [name, { data }] of parameters) {
    if (data.every(Number.isFinite)) continue;
    throw new ThawError("DATA_INVALID", `${file}: ${name} holds values that are no numbers`, {
      hint: "the training that wrote the checkpoint diverged; use an earlier one",
    });
  }
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

async function checkFile(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() === true) return;
  throw new ThawError("DATA_NOT_FOUND", `${file} is ${found === undefined ? "not there" : "no file"}`, {
    hint: "give the path of a checkpoint, for example weights.pth",
  });
}
