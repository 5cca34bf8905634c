/** An ONNX file from wherever the user has it, with the files beside it that its numbers may be in. */
import { onnxDataFiles } from "../../learn/bases/graphBase.js";
import { ThawError } from "../../spec/errors.js";
import type { Store } from "../../store/connection/connection.js";
import { type FetchOptions, isRemote } from "./checkpointSource.js";
import { beside, isMissing, openTogether } from "./filesTogether.js";

/** The files on this machine. Call `dispose` when done: it removes what was downloaded. */
export interface LocalOnnx {
  readonly path: string;
  /** Where the files of its numbers are; absent where they are beside it, or in it. */
  readonly data?: ReadonlyMap<string, string>;
  dispose(): Promise<void>;
}

/** @throws ThawError as `openCheckpoint`; USAGE for a digest that would not be of all of it; DATA_INVALID for no ONNX file */
export async function openOnnx(store: Store, from: string, options: FetchOptions): Promise<LocalOnnx> {
  const { open, dispose } = openTogether(store, options);
  try {
    const path = await open(from);
    if (!isRemote(from) && options.sha256 === undefined) return { path, dispose };
    const names = await onnxDataFiles(
      path,
      (what, hint) =>
        new ThawError(
          "DATA_INVALID",
          `${from} cannot be a base: ${what}`,
          hint === undefined ? {} : { hint },
        ),
    );
    if (names.length > 0 && options.sha256 !== undefined) {
      throw new ThawError(
        "USAGE",
        "--sha256 is the digest of one file, and the numbers of this one are in others",
        {
          hint: "leave it out; `thaw bases` shows the digest of what is stored",
        },
      );
    }
    if (!isRemote(from) || names.length === 0) return { path, dispose };
    const data = new Map<string, string>();
    for (const name of names) data.set(name, await open(beside(from, name)).catch(told(from, name)));
    return { path, data, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

const told =
  (from: string, name: string) =>
  (error: unknown): never => {
    if (!isMissing(error)) throw error;
    throw new ThawError("DATA_NOT_FOUND", `${from} has its numbers in ${name}: ${error.message}`, {
      hint: "put both files into one folder, or download both and give the path of the first",
      cause: error,
    });
  };
