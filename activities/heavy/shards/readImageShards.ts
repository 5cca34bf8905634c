/** Reads the images of shards, for the ingest that puts them together. */
import { stat } from "node:fs/promises";
import { ThawError } from "../../../spec/errors.js";
import type { ImageFile, ImageShard, ImageToRead } from "../../../spec/images/imageShards.js";
import { isBucketUrl } from "../../../spec/images/objects.js";
import type { ShardsRequest } from "../../../spec/pipeline/activities.js";
import type { RunInput } from "../../../spec/pipeline/run.js";
import type { ShardsDone } from "../../../spec/pipeline/shards.js";
import type { Metered } from "../../../spec/records/usage.js";
import { imageShardSchema } from "../../../spec/schemas/records/files.js";
import type { Store } from "../../../store/connection/connection.js";
import type { TrainingDependencies } from "../../context.js";
import { pausable } from "../../steering/pausable.js";
import { type Fetchable, fetchableObject, fetchableUpload, fetchMissing } from "../fetchable.js";
import type { RunningStages } from "../runningStages.js";
import { notOnThisMachine } from "../source.js";
import type { JobBuilder } from "../stageRunner.js";
import { computeParts } from "./computeParts.js";
import { imageShardParts } from "./imageShards.js";
import { readSomeShards } from "./someShards.js";

/**
 * Of a bucket or an upload only the shard's images are fetched. What is committed stays in the store alone: it is fetched once, by whoever puts it together.
 * @throws ThawError NOT_FOUND (the list, the upload), DATA_NOT_FOUND where this machine has not the images, DATA_INVALID where they
 *   changed, ARTIFACT_CORRUPT, ENGINE_FAILED, STORE_…; ApplicationFailure of type PAUSED
 */
export async function readImageShards(
  dependencies: TrainingDependencies,
  running: RunningStages<Metered<ShardsDone>>,
  request: ShardsRequest,
): Promise<Metered<ShardsDone>> {
  return computeParts(dependencies, running, request, {
    kind: "ingest",
    isKept: false,
    open: async ({ store, workFolder }, _inputs, told) => {
      const { list, portion, stage, run } = request;
      await refuseElsewhere(run);
      const read = readSomeShards<ImageShard>(store, workFolder, list, portion, imageShardSchema, told);
      const { count, shards } = await read;
      const parts = shards.map(({ index, shard }) => ({
        index,
        known: imageShardParts(stage, shard),
        jobOf: jobFor(dependencies, shard),
      }));
      return { count, parts };
    },
  });
}

/** @throws ThawError DATA_NOT_FOUND */
async function refuseElsewhere({ dataPath, upload }: RunInput): Promise<void> {
  if (upload !== undefined || isBucketUrl(dataPath)) return;
  await stat(dataPath).catch((cause: unknown) => {
    throw notOnThisMachine(dataPath, cause);
  });
}

function jobFor({ store: hastyStore, workFolder }: TrainingDependencies, shard: ImageShard): JobBuilder {
  return async (request, _inputs, out, { store, report, signal }) => {
    const { run } = request;
    const images = shard.images.map((image) => placed(image, run, store, workFolder));
    await pausable(hastyStore, request, signal, (either) =>
      fetchMissing(
        images.flatMap(({ remote }) => remote ?? []),
        { report, signal: either },
      ),
    );
    const { background, keep_short_side: keepShortSide } = run.file.data;
    return {
      kind: "read",
      images: images.map(({ file }) => file),
      ...(shard.within === undefined ? {} : { within: shard.within }),
      pixels: { background, keepShortSide },
      out,
    };
  };
}

/** @throws ThawError ARTIFACT_CORRUPT where the list does not say where it lies */
function placed(
  { path, file, sha256, size, object }: ImageToRead,
  { upload }: RunInput,
  store: Store,
  workFolder: string,
): { readonly file: ImageFile; readonly remote?: Fetchable } {
  if (object !== undefined) {
    const remote = fetchableObject(store, workFolder, object);
    return { file: { file: remote.file }, remote };
  }
  if (sha256 !== undefined && file !== undefined) return { file: { file, sha256 } };
  if (sha256 !== undefined && size !== undefined && upload !== undefined) {
    const remote = fetchableUpload(store, workFolder, upload, { path, sha256, size });
    return { file: { file: remote.file, sha256 }, remote };
  }
  throw new ThawError("ARTIFACT_CORRUPT", `the list of the shards does not say where ${path} lies`);
}
