/** Parts of many records. */
import { z } from "zod";
import type { ArtifactRef } from "../artifact.js";
import type { Listed } from "../records/dataset.js";
import { schemaOf } from "./exact.js";

/** SHA-256, hex. Names of files on this machine are made of it, so nothing else will do. */
export const digestSchema = z.string().regex(/^[0-9a-f]{64}$/);

/** In every record: see `store/seal.ts`. */
export const sealSchema = digestSchema
  .exactOptional()
  .describe(
    "SHA-256 over the record's key and the rest of it, as JSON with sorted keys; absent in older records, which nobody can check.",
  );

/**
 * A file within an artifact or a checkpoint. What is fetched is written under this name: whoever can write to the bucket
 * must not choose where.
 */
export const fileNameSchema = z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/);

/** Of a model, a base or an alias: part of keys in the bucket, and of files' names. */
export const nameSchema = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/);

/** Part of keys in the bucket. */
export const runIdSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/);

/** Of what was started in Temporal. */
export const missingAttributesSchema = z
  .array(z.string())
  .exactOptional()
  .describe("Search attributes that the Temporal server lacks; absent where it has all of thaw's.");

export const timeSchema = z.string().describe("ISO 8601.");
export const shareSchema = z.number().describe("In [0, 1].");
export const countSchema = z.int().min(0);
export const versionSchema = z.int().min(1);
export const intervalSchema = z.tuple([z.number(), z.number()]).describe("95 %: lower and upper end.");

export const artifactRefSchema = schemaOf<ArtifactRef>()(
  z.object({ kind: z.string().regex(/^[a-z][a-z-]*$/), key: digestSchema, digest: digestSchema }),
);

export const artifactsSchema = z.record(z.string(), artifactRefSchema).describe("By stage.");

/** A list cut to what a person can look at. */
export function listedSchema<Item extends z.ZodType>(item: Item) {
  return z.object({ count: countSchema, shown: z.array(item) } satisfies Record<
    keyof Listed<unknown>,
    z.ZodType
  >);
}

/** What people are told of a run before it begins, on stderr. */
export const forewarningsSchema = z
  .array(z.string())
  .exactOptional()
  .describe(
    "What is odd about the images as far as names tell, and what should be known of the bases, in sentences; absent where there is nothing.",
  );
