/** The run file `thaw.yaml`: its schema, defaults and types. This is public API; see `docs/thaw.schema.json`. */
import { z } from "zod";
import { descends, LAYER_GROUPS } from "./layerGroups.js";

const fraction = z.number().min(0).max(1);
/** A part of the images: neither none nor all of them. */
const share = z.number().gt(0).lt(1);
const count = z.int().min(1);
/** AdamW moves a weight by about the rate in one step: above 1 nothing converges. */
const learningRate = z.number().gt(0).max(1);
const weightDecay = z.number().min(0).max(1);
/** At 1 a dropout would remove everything. */
const dropout = z.number().min(0).max(0.95);
const labelSmoothing = z.number().min(0).max(0.5);

const dataSchema = z
  .strictObject({
    path: z
      .string()
      .min(1)
      .describe(
        "A folder with one sub-folder per class, or a CSV/JSONL manifest (path, label, group, split).",
      ),
    test: share.default(0.2).describe("Share of the images held out for the final evaluation, used once."),
    validation: share.default(0.1).describe("Share of the images used for early stopping and the gate."),
    background: z.enum(["white", "black"]).default("white").describe("Colour put behind transparent pixels."),
    keep_short_side: z
      .int()
      .min(64)
      .max(2048)
      .default(320)
      .describe("Images are stored at no more than this many pixels on the short side."),
    leaks: z
      .enum(["repair", "refuse", "report"])
      .default("repair")
      .describe(
        "Copies across a manifest's own splits: repair drops the copies of held-out images, " +
          "refuse stops, report keeps them.",
      ),
  })
  .refine((data) => data.test + data.validation < 1, {
    message: "test + validation must leave images for training: their sum must be below 1",
    path: ["test"],
  })
  .describe("The labelled images and how they are split.");

const augmentSchema = z
  .strictObject({
    views: z
      .int()
      .min(1)
      .max(32)
      .default(6)
      .describe("Augmented variants per training image; the frozen layers run once for each of them."),
    flip: z
      .boolean()
      .default(false)
      .describe("Mirror left and right. Leave off where sides matter (digits, organs)."),
    crop: z
      .number()
      .min(0)
      .lt(1)
      .default(0.15)
      .describe("Largest share of each side that a random crop may remove."),
    rotate: z.number().min(0).max(180).default(10).describe("Largest rotation either way, in degrees."),
    colour: fraction
      .default(0.15)
      .describe("Largest relative change of brightness, contrast and saturation."),
  })
  .describe("How training images are varied.");

/**
 * The defaults have the lowest validation loss of 30 settings tried on sign-language digits (0.22 against 0.26
 * at a rate of 0.003 and 0.29 at 0.0003): an epoch costs milliseconds, so the rate may fall slowly.
 */
const headSchema = z
  .strictObject({
    dropout: dropout
      .default(0.3)
      .describe("Share of the features that a training step leaves out at random."),
    epochs: count.default(150).describe("Most passes over the training images."),
    patience: count.default(20).describe("Epochs without a better validation loss before training stops."),
    batch_size: count.default(64).describe("Images per training step."),
    learning_rate: learningRate.default(0.001).describe("Peak learning rate of AdamW."),
    weight_decay: weightDecay.default(0.01).describe("Decoupled weight decay of AdamW."),
    label_smoothing: labelSmoothing
      .default(0.05)
      .describe("Probability taken from the true class and spread over all of them."),
  })
  .describe("The new fully connected head, trained on the frozen base's features.");

const unfreezeSchema = z
  .strictObject({
    stages: z
      .array(z.enum(LAYER_GROUPS))
      .max(LAYER_GROUPS.length)
      .refine(descends, {
        message:
          "every stage must reach deeper than the one before in the same architecture, " +
          "e.g. [blocks.6, blocks.5, blocks.3] or [layer4, layer3]",
      })
      .optional()
      .describe(
        "The deepest layer group that each stage trains; everything below stays frozen. " +
          "Left out: layer4 and layer3 of a ResNet, blocks.6 and blocks.5 of any other base.",
      ),
    epochs: count.default(8).describe("Most passes over the training images in one stage."),
    patience: count
      .default(3)
      .describe(
        "Epochs without a better validation loss before a stage stops and restores its best weights.",
      ),
    batch_size: count.default(32).describe("Images per training step. Lower it when memory runs out."),
    learning_rate: learningRate.default(0.001).describe("Peak rate of the top unfrozen layer group."),
    head_learning_rate: learningRate
      .default(0.001)
      .describe("Peak rate of the head: new layers learn fastest."),
    decay: z
      .number()
      .min(1)
      .max(100)
      .default(2)
      .describe("Each layer group further down learns this many times slower than the one above."),
    weight_decay: weightDecay.default(0.01).describe("Decoupled weight decay of AdamW."),
    dropout: dropout
      .default(0.2)
      .describe("Share of the head's inputs that a training step leaves out at random."),
    label_smoothing: labelSmoothing
      .default(0.05)
      .describe("Probability taken from the true class and spread over all of them."),
    warmup: fraction.default(0.1).describe("Share of a stage's steps in which the rates rise to their peak."),
  })
  .describe("Staged unfreezing: from the top down, a lower rate the deeper a group lies.");

const compareSchema = z
  .strictObject({
    scratch: z
      .boolean()
      .default(false)
      .describe("Also train the same network from random weights for the same time, to show the benefit."),
  })
  .describe("Comparisons for the report.");

/** The bases of `learn/bases/catalogue.ts`, which spec/ may not import; a test compares the two. */
const BASES = ["efficientnet-lite0", "efficientnet-lite1", "efficientnet-lite2"];

/** The schema of a run file as written by a person; every key but `name` and `data.path` has a default. */
export const runFileSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, "use up to 40 lower-case letters, digits and dashes")
    .describe("Name of the model; versions are counted under it."),
  data: dataSchema,
  base: z
    .string()
    .regex(
      /^(model:)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(@v?[1-9][0-9]*)?$/,
      "use the name of a base or model:NAME, both with or without @VERSION",
    )
    .default("efficientnet-lite0")
    .describe(
      "The pretrained network to start from: one of the names that `thaw bases` lists, or model:NAME for a model of yours.",
    )
    .meta({ examples: [...BASES, "model:digits", "model:digits@2"] }),
  recipe: z
    .enum(["auto", "extractor-only", "staged"])
    .default("auto")
    .describe(
      "Whether the evidence decides how many stages of unfreezing may run; staged runs all of them, extractor-only none.",
    ),
  augment: augmentSchema.prefault({}),
  head: headSchema.prefault({}),
  unfreeze: unfreezeSchema.prefault({}),
  compare: compareSchema.prefault({}),
  compute: z.enum(["local"]).default("local").describe("Where the stages run."),
  seed: z
    .int()
    .min(0)
    .max(0xffffffff)
    .default(1)
    .describe("Every random choice is a function of this number."),
});

/** A validated run file with every default filled in. */
export type RunFile = z.output<typeof runFileSchema>;
export type DataSpec = RunFile["data"];
export type AugmentSpec = RunFile["augment"];
export type HeadSpec = RunFile["head"];
export type UnfreezeSpec = RunFile["unfreeze"];
