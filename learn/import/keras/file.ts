/** Reads weights as Keras writes them: HDF5 files, and `.keras` archives, which have such a file within. */
import { ThawError } from "../../../spec/errors.js";
import { readHdf5 } from "../hdf5/file.js";
import type { StateDict } from "../torchState.js";
import { readWhole } from "../wholeFile.js";
import { kerasDicts } from "./layers.js";

/**
 * Of a file of `model.save` or `model.save_weights`, in any of Keras' formats of HDF5.
 * @throws ThawError DATA_INVALID when the file is something else or is damaged
 */
export async function readKerasHdf5(path: string): Promise<readonly StateDict[]> {
  const invalid = refusal(path);
  return dictsOf(await readWhole(path, invalid), invalid);
}

/**
 * Of a file's bytes, as they lie in an archive.
 * @param path of the archive, for sentences
 */
export function kerasArchiveDicts(file: Buffer, path: string): readonly StateDict[] {
  return dictsOf(file, refusal(path));
}

type Refusal = (what: string, hint?: string) => ThawError;

const refusal =
  (path: string): Refusal =>
  (what, hint) =>
    new ThawError(
      "DATA_INVALID",
      `${path} is no file of Keras weights: ${what}`,
      hint === undefined ? {} : { hint },
    );

function dictsOf(file: Buffer, invalid: Refusal): readonly StateDict[] {
  const found = readHdf5(file, invalid);
  const dicts = kerasDicts(found, invalid);
  if (dicts.length > 0) return dicts;
  const [first] = found.faults;
  if (first !== undefined) throw invalid(`${first.path.join("/")}: ${first.fault}`, SAVE);
  throw invalid("it has no layers with weights", SAVE);
}

const SAVE = "save it with model.save_weights(FILE) of a model of keras.applications";
