/** Schemas of `spec/records/dataset.ts` and of the lists of images that stages find suspicious. */
import { z } from "zod";
import {
  type CopyGroup,
  type DataFaults,
  type DatasetSummary,
  type FaultImage,
  type KnownToBase,
  type Shortcut,
  SPLITS,
} from "../../records/dataset.js";
import type { LabelSuspects } from "../../records/labelSuspects.js";
import type { SuspectedCopies } from "../../records/suspectedCopies.js";
import { schemaOf } from "../exact.js";
import { countSchema, listedSchema } from "../parts.js";

const splitSchema = z.enum(SPLITS);
const labelSchema = countSchema.describe("Index into the classes.");

const faultImageSchema = schemaOf<FaultImage>()(
  z.object({
    path: z.string(),
    label: labelSchema,
    split: splitSchema,
    dropped: z.literal(true).exactOptional(),
  }),
);

const copyGroupSchema = schemaOf<CopyGroup>()(
  z.object({ sameBytes: z.boolean(), images: listedSchema(faultImageSchema) }),
);
const copyGroupsSchema = listedSchema(copyGroupSchema);

const shortcutSchema = schemaOf<Shortcut>()(
  z.object({
    property: z.string(),
    label: labelSchema,
    balancedAccuracy: z.number(),
    pValue: z.number(),
  }),
);

const countedSchema = z.object({ count: countSchema, example: z.string() });

const faultsSchema = schemaOf<DataFaults>()(
  z.object({
    duplicates: copyGroupsSchema,
    conflicts: copyGroupsSchema,
    lookAlikes: copyGroupsSchema.exactOptional(),
    leaks: z
      .object({ ...copyGroupsSchema.shape, policy: z.enum(["repair", "report"]), dropped: countSchema })
      .exactOptional(),
    imbalance: z.object({
      ratio: z.number(),
      smallest: labelSchema,
      largest: labelSchema,
      below5: z.array(labelSchema),
      below20: z.array(labelSchema),
    }),
    misnamed: listedSchema(z.object({ path: z.string(), format: z.string() })),
    oneColour: listedSchema(z.object({ path: z.string(), label: labelSchema })).exactOptional(),
    oddFormats: listedSchema(z.object({ path: z.string(), format: z.string() })).exactOptional(),
    darkSamples: z.object({ count: countSchema, bits: countSchema, brightest: countSchema }).exactOptional(),
    layersLeftOut: z
      .object({ pages: countedSchema.exactOptional(), transparent: countedSchema.exactOptional() })
      .exactOptional(),
    notes: z.array(z.string()).exactOptional(),
    ignored: listedSchema(z.object({ path: z.string(), reason: z.string() })),
    shortcuts: z.array(shortcutSchema),
  }),
);

const knownToBaseSchema = schemaOf<KnownToBase>()(
  z.object({ learned: countSchema, heldOut: countSchema, dropped: countSchema, flattering: countSchema }),
);

export const datasetSummarySchema = schemaOf<DatasetSummary>()(
  z.object({
    classes: z.array(z.string()),
    counts: z.record(splitSchema, z.array(countSchema)).describe("Images per class, in their order."),
    images: countSchema,
    quarantined: z.array(
      z.object({
        path: z.string(),
        reason: z.string(),
        why: z.enum(["unreadable", "copy", "known", "ties"]).exactOptional(),
      }),
    ),
    duplicateGroups: countSchema,
    packs: z.array(z.string()),
    faults: faultsSchema.exactOptional(),
    knownToBase: knownToBaseSchema.exactOptional(),
    knownFromBefore: z
      .object({ kept: countSchema, fresh: countSchema, moved: countSchema })
      .exactOptional()
      .describe(
        "Of a retraining: images in the split that they had before, new ones, and those that the source moved.",
      ),
  }),
);

const labelSuspectSchema = z.object({
  path: z.string(),
  split: splitSchema,
  label: labelSchema,
  suggested: labelSchema,
  margin: z.number(),
});

export const labelSuspectsSchema = schemaOf<LabelSuspects>()(
  z.object({ ...listedSchema(labelSuspectSchema).shape, judged: countSchema }),
);

const suspectedPairSchema = z.object({
  image: faultImageSchema,
  nearest: faultImageSchema,
  similarity: z.number(),
});

export const suspectedCopiesSchema = schemaOf<SuspectedCopies>()(
  z.object({ ...listedSchema(suspectedPairSchema).shape, compared: countSchema, threshold: z.number() }),
);
