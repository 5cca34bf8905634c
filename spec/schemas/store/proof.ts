/** Proofs: champion against challenger. */
import { z } from "zod";
import {
  LEAST_IMAGES,
  type ModelProof,
  type NewestAnswers,
  type NewestProof,
  PROOF_VERDICTS,
} from "../../records/proof.js";
import { schemaOf } from "../exact.js";
import { countSchema, digestSchema, shareSchema, timeSchema, versionSchema } from "../parts.js";

const probabilitySchema = z.number().min(0).max(1);

const policySchema = z.object({
  rule: z.enum(["better", "not-worse"]),
  margin: shareSchema,
  classMargin: shareSchema,
  level: probabilitySchema.describe("Of a wrong proof, over all looks at the same images."),
  looks: z.int().min(1),
});

const classSchema = z.object({
  name: z.string(),
  images: countSchema,
  champion: shareSchema.describe("Recall, as the challenger's."),
  challenger: shareSchema,
  pWorse: probabilitySchema.describe("One-sided, exact, adjusted for the number of classes (Holm)."),
  verdict: z.enum(["held", "worse", "cannot-say"]),
});

const newestSchema = schemaOf<NewestProof>()(
  z.object({
    images: countSchema,
    verdict: z.enum(["held", "worse", "cannot-say"]),
    sentence: z.string(),
    groups: countSchema
      .exactOptional()
      .describe("Absent, like what follows, where the champion was not asked."),
    champion: shareSchema.exactOptional(),
    challenger: shareSchema.exactOptional(),
    onlyChampion: countSchema.exactOptional(),
    onlyChallenger: countSchema.exactOptional(),
    interval: z.tuple([z.number(), z.number()]).exactOptional(),
    pWorse: probabilitySchema.exactOptional(),
    record: z.string().exactOptional().describe("Of the champion's answers."),
  }),
);

export const newestAnswersSchema = schemaOf<NewestAnswers>()(
  z.object({
    model: z.string(),
    version: versionSchema.describe("That was asked."),
    at: timeSchema,
    answers: z.array(z.object({ sha256: digestSchema, predicted: z.string() })),
  }),
);

export const modelProofSchema = schemaOf<ModelProof>()(
  z.object({
    seq: z.int().min(1),
    at: timeSchema,
    model: z.string(),
    championVersion: versionSchema,
    challengerVersion: versionSchema,
    policy: policySchema,
    verdict: z.enum(PROOF_VERDICTS),
    promotable: z.boolean().describe("Whether the policy lets it be promoted without anybody being asked."),
    sentence: z.string(),
    vetoes: z.array(z.string()),
    images: countSchema.describe("Files with equal bytes and the same label that both held out."),
    groups: countSchema.describe("Of them, that are no independent witnesses."),
    champion: shareSchema.describe("Accuracy, as the challenger's."),
    challenger: shareSchema,
    onlyChampion: countSchema.describe("Images that only the champion gets right."),
    onlyChallenger: countSchema,
    interval: z
      .tuple([z.number(), z.number()])
      .describe("Of challenger − champion, at confidence 1 − 2 × levelOfLook."),
    margin: shareSchema.describe("What was asked for, or the champion's own uncertainty where that is more."),
    pBetter: probabilitySchema.describe("One-sided, as pWorse."),
    pWorse: probabilitySchema,
    classes: z.array(classSchema).describe(`With fewer than ${LEAST_IMAGES} images: cannot-say.`),
    gone: z
      .array(z.string())
      .exactOptional()
      .describe("Classes that only the champion knows; absent without any."),
    appeared: z
      .array(z.string())
      .exactOptional()
      .describe("Classes that only the challenger knows: nothing was compared on them. Absent without any."),
    newest: newestSchema
      .exactOptional()
      .describe("On test images that are new since the champion; absent without any, and in older proofs."),
    look: z.int().min(1).describe("Number of this look at these images."),
    levelOfLook: probabilitySchema,
    set: z.array(z.string()).describe("Of the evaluation images' digests the first 16 hex digits, sorted."),
    learned: countSchema.describe(
      "Evaluation images of the champion, or copies, that the challenger was trained on.",
    ),
    calibration: z
      .object({ champion: shareSchema, challenger: shareSchema })
      .exactOptional()
      .describe("Expected calibration errors, each on its own test images."),
  }),
);
