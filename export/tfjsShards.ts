/** Weights as a group of shards with a manifest, as TensorFlow.js loads them. */
import type { Parameter } from "../learn/network/parameters.js";
import type { ExportFile } from "./file.js";

/** What TensorFlow.js' own converter writes: browsers cache files of up to 4 MB well. */
const SHARD_BYTES = 4 * 1024 * 1024;

export interface WeightGroup {
  readonly paths: readonly string[];
  readonly weights: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly dtype: "float32";
  }[];
}

/**
 * The weights one after the other, cut into files of 4 MB wherever that falls: a reader joins them again.
 * @param weights by the names under which the layers look for them
 */
export function weightShards(weights: ReadonlyMap<string, Parameter>): {
  readonly group: WeightGroup;
  readonly files: readonly ExportFile[];
} {
  const entries = [...weights];
  const data = Buffer.concat(
    entries.map(
      ([
        ,
        {
          data: { buffer, byteOffset, byteLength },
        },
      ]) => Buffer.from(buffer, byteOffset, byteLength),
    ),
  );
  const count = Math.ceil(data.length / SHARD_BYTES);
  const files = Array.from({ length: count }, (_, index) => ({
    name: `group1-shard${index + 1}of${count}.bin`,
    data: data.subarray(index * SHARD_BYTES, (index + 1) * SHARD_BYTES),
  }));
  return {
    group: {
      paths: files.map(({ name }) => name),
      weights: entries.map(([name, { shape }]) => ({ name, shape, dtype: "float32" })),
    },
    files,
  };
}
