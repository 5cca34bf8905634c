/** Schemas of the JSON files within artifacts: as much of them as is read. */
import { z } from "zod";
import { SPLITS } from "../../records/dataset.js";
import { countSchema, digestSchema, fileNameSchema } from "../parts.js";

/** A line of `images.jsonl`. Names of packs are opened as files, so they must be plain; views are drawn by the digest. */
export const imageLineSchema = z.object({
  path: z.string(),
  sha256: digestSchema,
  label: countSchema,
  split: z.enum(SPLITS),
  pack: fileNameSchema,
  offset: countSchema,
  length: countSchema,
});

/** The same, of whoever wants to know images again: by their bytes, by their look, and in which split. */
export const knownImageSchema = z.object({
  ...{ path: z.string(), label: countSchema, group: z.string(), split: z.enum(SPLITS) },
  ...{ sha256: z.string(), phash: z.string() },
});

/** A line of `shard.jsonl`. */
export const shardImageSchema = z.object({ sha256: digestSchema, views: z.int().min(1) });

/** A line of `shards.jsonl`. */
export const shardSchema = z.object({
  prefix: z.string().regex(/^[01]*$/),
  images: z.array(shardImageSchema).min(1),
});

/** A line of `shard.jsonl` of ingest: what was read of one image. */
export const imageRowSchema = z.union([
  z.object({ sha256: digestSchema, reason: z.string() }),
  z.object({
    ...{ sha256: digestSchema, phash: z.string(), format: z.string() },
    ...{ width: countSchema, height: countSchema, bytes: countSchema },
    border: z.tuple([z.number(), z.number(), z.number()]),
    seldom: z.looseObject({}),
    ...{ pack: fileNameSchema, offset: countSchema, length: countSchema },
  }),
]);

/** A line of `shards.jsonl` of ingest. */
export const imageShardSchema = z.object({
  within: z.string().exactOptional(),
  images: z
    .array(
      z.object({
        path: z.string(),
        sha256: digestSchema.exactOptional(),
        file: z.string().exactOptional(),
        size: countSchema.exactOptional(),
        object: z
          .object({ bucket: z.string(), key: z.string(), size: countSchema, etag: z.string() })
          .exactOptional(),
      }),
    )
    .min(1),
});

/** `dataset.json`. */
export const datasetFileSchema = z.object({ classes: z.array(z.string()), packs: z.array(fileNameSchema) });

/** A line of `predictions.jsonl` of an evaluation. */
export const predictionLineSchema = z.object({
  path: z.string(),
  label: countSchema,
  predicted: countSchema,
});

/** The same of a fold. */
export const foldLineSchema = predictionLineSchema.extend({
  byHead: countSchema,
  probabilities: z.array(z.number()),
});

/** A line of `probe.jsonl`. */
export const probeLineSchema = z.object({
  label: countSchema,
  group: z.string().exactOptional(),
  probabilities: z.array(z.number()).min(1),
});

/** A line of `copies.jsonl`. */
export const copyLineSchema = z.object({ image: z.object({ path: z.string() }) });
