/** Lists the bases that runs can start from, and registers checkpoints of one's own among them. */
import { findArchitecture, WITHOUT_WEIGHTS } from "../learn/bases/architectures.js";
import { type Base, CATALOGUE, type CatalogueBase } from "../learn/bases/catalogue.js";
import type { PixelScale, RegisteredBase } from "../spec/base.js";
import { ThawError } from "../spec/errors.js";
import { storeFile } from "../store/artifacts.js";
import { listBaseNames, readBase, registerBase } from "../store/bases.js";
import { ensureBucket, type Store } from "../store/connection.js";
import { type FetchOptions, isRemote, openCheckpoint } from "./checkpointSource.js";

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
  /** Path, URL or `s3://BUCKET/KEY` of the checkpoint. */
  readonly from: string;
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
 * Fetches the checkpoint, reads it as a run would, stores the file under its digest and registers it under the
 * next version of the name; what is registered already keeps its version.
 * @throws ThawError USAGE (name, address), BASE_UNKNOWN (architecture), DATA_NOT_FOUND, DATA_INVALID, STORE_…
 */
export async function addBase(
  store: Store,
  request: AddBase,
  fetching: FetchOptions = {},
): Promise<RegisteredBase> {
  const { from, name, architecture, pixelScale } = request;
  checkName(name);
  const base = findArchitecture(architecture);
  const checkpoint = await openCheckpoint(store, from, fetching);
  try {
    await tryToLoad(base, checkpoint.path, from);
    await ensureBucket(store);
    return await registerBase(store, {
      name,
      createdAt: new Date().toISOString(),
      architecture,
      checkpoint: await storeFile(store, checkpoint.path),
      ...(pixelScale === undefined ? {} : { pixelScale }),
      source: request.source ?? (isRemote(from) ? withoutSecrets(from) : "not stated"),
      licence: request.licence ?? "not stated",
      pretrainedOn: request.domain ?? "not stated",
    });
  } finally {
    await checkpoint.dispose();
  }
}

/** Passwords and presigned queries do not belong into a record that everybody reads. */
function withoutSecrets(address: string): string {
  const url = new URL(address);
  url.username = "";
  url.password = "";
  url.search = "";
  return url.href;
}

/** Every error names the source. @param file where it lies on this machine */
async function tryToLoad(base: Base, file: string, from: string): Promise<void> {
  const parameters = await base.load(file).catch((error: unknown) => {
    if (!(error instanceof ThawError)) throw error;
    const said = error.message.replaceAll(file, from);
    const message = said.includes(from) ? said : `${from}: ${said}`;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    throw new ThawError(error.code, message, { ...hint, cause: error });
  });
  for (const [name, { data }] of parameters) {
    if (data.every(Number.isFinite)) continue;
    throw new ThawError("DATA_INVALID", `${from}: ${name} holds values that are no numbers`, {
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
