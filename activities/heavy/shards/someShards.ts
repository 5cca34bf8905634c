/** Some shards of a list, by their numbers: that of a large set has tens of megabytes and more, and each of its activities reads it. */
import type { z } from "zod";
import { readLines } from "../../../data/source/lines.js";
import type { ArtifactRef } from "../../../spec/artifact.js";
import { SHARD_LIST_FILE } from "../../../spec/pipeline/artifactFiles.js";
import { shapedJson } from "../../../spec/schemas/shaped.js";
import { localArtifactFile, type Told } from "../../../store/artifacts/localFile.js";
import type { Store } from "../../../store/connection/connection.js";

export interface SomeShards<Shard> {
  /** Of all that are listed. */
  readonly count: number;
  /** In the order asked for, with their numbers from 0. */
  readonly shards: readonly { readonly index: number; readonly shard: Shard }[];
}

/**
 * @param list the artifact that lists them
 * @param numbers from 0
 * @param schema of a line
 * @throws RangeError for a shard that there is not; ThawError NOT_FOUND, ARTIFACT_CORRUPT, STORE_…
 */
export async function readSomeShards<Shard>(
  store: Store,
  workFolder: string,
  list: ArtifactRef,
  numbers: readonly number[],
  schema: z.ZodType,
  told: Told,
): Promise<SomeShards<Shard>> {
  const file = await localArtifactFile(store, workFolder, list, SHARD_LIST_FILE, told);
  const wanted = new Set(numbers);
  const found = new Map<number, string>();
  let count = 0;
  for await (const lines of readLines(file, Number.POSITIVE_INFINITY)) {
    for (const line of lines) {
      if (wanted.has(count)) found.set(count, line);
      count += 1;
    }
  }
  const shards = numbers.map((index) => {
    const line = found.get(index);
    if (line === undefined) throw new RangeError(`there is no shard ${index} among ${count}`);
    return { index, shard: shapedJson<Shard>(line, schema, `shard ${index + 1} of ${file}`) };
  });
  return { count, shards };
}
