/** A layers model from wherever the user has it: `model.json` and the shards that it names, beside it. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseLayersModel } from "../../learn/bases/layersModel.js";
import { ThawError } from "../../spec/errors.js";
import type { Store } from "../../store/connection/connection.js";
import { type FetchOptions, isRemote } from "./checkpointSource.js";
import { beside, isMissing, openTogether } from "./filesTogether.js";

/** The files on this machine. Call `dispose` when done: it removes what was downloaded. */
export interface LocalLayersModel {
  readonly model: string;
  /** Paths for each group of weights, in the order in which they are joined. */
  readonly shards: readonly (readonly string[])[];
  dispose(): Promise<void>;
}

const MODEL_FILE = "model.json";
/** The largest networks have two; stored, with its quotes escaped, it has to fit a header of safetensors. */
const MOST_TOPOLOGY = 6 * 2 ** 20;

/**
 * @param source a `model.json` or the folder it lies in: a path, `http(s)://…/model.json`, or `s3://BUCKET/…/model.json`
 * @throws ThawError as {@link openCheckpoint}; DATA_INVALID when `model.json` is no layers model
 */
export async function openLayersModel(
  store: Store,
  source: string,
  options: FetchOptions,
): Promise<LocalLayersModel> {
  if (options.sha256 !== undefined) {
    throw new ThawError("USAGE", "--sha256 is the digest of one file, and a layers model has several", {
      hint: "leave it out; `thaw bases` shows the digest of what is stored",
    });
  }
  const from = await modelFile(source);
  const { open, dispose } = openTogether(store, options);
  try {
    const model = await open(from);
    if ((await stat(model)).size > MOST_TOPOLOGY) {
      throw new ThawError("DATA_INVALID", `${from} has more than ${MOST_TOPOLOGY / 2 ** 20} MiB`, {
        hint: "give the model.json of a layers model, not its weights",
      });
    }
    const { groups } = parseLayersModel(await readFile(model, "utf8"), from);
    const shards: string[][] = [];
    for (const { paths } of groups) {
      const group: string[] = [];
      for (const path of paths) {
        const opening = open(beside(from, path));
        group.push(
          await opening.catch((error: unknown) => {
            throw isMissing(error) ? missingShard(from, path, error) : error;
          }),
        );
      }
      shards.push(group);
    }
    return { model, shards, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function modelFile(source: string): Promise<string> {
  if (isRemote(source)) return source;
  const found = await stat(source).catch(() => undefined);
  return found?.isDirectory() === true ? join(source, MODEL_FILE) : source;
}

function missingShard(model: string, path: string, cause: ThawError): ThawError {
  return new ThawError("DATA_NOT_FOUND", `${model} names the shard ${path}: ${cause.message}`, {
    hint: "copy all files of the model, model.json and every shard, into one folder",
    cause,
  });
}
