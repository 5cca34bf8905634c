/** The manifest of an artifact: `artifacts/KIND/KEY/manifest.json`. What has none does not exist. */
import { z } from "zod";
import { usageSchema } from "../../records/usage.js";
import { countSchema, digestSchema, fileNameSchema, sealSchema, timeSchema } from "../parts.js";

export const artifactManifestSchema = z.object({
  kind: z.string(),
  key: digestSchema,
  digest: digestSchema.describe("SHA-256 over names and digests of the files and the summary."),
  files: z.array(z.object({ name: fileNameSchema, digest: digestSchema, size: countSchema })),
  codeVersion: z
    .int()
    .exactOptional()
    .describe(
      "Of the stage's code. The key is SHA-256 over kind, codeVersion, parameters, inputs and engine. Absent in older artifacts.",
    ),
  parameters: z.record(z.string(), z.unknown()),
  inputs: z.record(z.string(), z.string()),
  summary: z
    .unknown()
    .describe("Small results (metrics, histories) that later stages and the report read without the files."),
  engine: z.string().nullable(),
  createdAt: timeSchema,
  seconds: z.number(),
  usage: usageSchema
    .exactOptional()
    .describe("Absent in artifacts of the control worker, and in older ones. No part of the digest."),
  seal: sealSchema,
});

export type ArtifactManifest = z.output<typeof artifactManifestSchema>;

export const redirectSchema = z.object({
  key: digestSchema.describe("The other key."),
  why: z.enum(["out-of-memory", "steered"]),
});
export type Redirect = z.output<typeof redirectSchema>;
