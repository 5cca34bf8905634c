/** The run file `thaw.yaml`: its schema, defaults and types. This is public API; see `docs/thaw.schema.json`. */
import { z } from "zod";

const fraction = z.number().min(0).max(1);
const positive = z.number().positive();
const count = z.int().positive();

const dataSchema = z
  .strictObject({
    path: z
      .string()
      .min(1)
      .describe(
        "A folder with one sub-folder per class, or a CSV/JSONL manifest (path, label, group, split).",
      ),
    test: fraction.default(0.2).describe("Share of the images held out for the final evaluation, used once."),
    validation: fraction.default(0.1).describe("Share of the images used for early stopping and the gate."),
    background: z.enum(["white", "black"]).default("white").describe("Colour put behind transparent pixels."),
    keep_short_side: z
      .int()
      .min(64)
      .max(2048)
      .default(320)
      .describe("Images are stored at no more than this many pixels on the short side."),
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
    crop: fraction.default(0.15).describe("Largest share of each side that a random crop may remove."),
    rotate: z.number().min(0).max(180).default(10).describe("Largest rotation either way, in degrees."),
    colour: fraction
      .default(0.15)
      .describe("Largest relative change of brightness, contrast and saturation."),
  })
  .describe("How training images are varied.");

const headSchema = z
  .strictObject({
    dropout: z.number().min(0).max(0.95).default(0.2),
    epochs: count.default(60),
    patience: count.default(8).describe("Epochs without a better validation loss before training stops."),
    batch_size: count.default(64),
    learning_rate: positive.default(0.003),
    weight_decay: z.number().min(0).default(0.0001),
    label_smoothing: z.number().min(0).max(0.5).default(0.05),
  })
  .describe("The new fully connected head, trained on the frozen base's features.");

/** Layer groups that a stage may reach down to, from the top. The stem stays frozen for good. */
const LAYER_GROUPS = [
  "top",
  "blocks.6",
  "blocks.5",
  "blocks.4",
  "blocks.3",
  "blocks.2",
  "blocks.1",
  "blocks.0",
] as const;

const unfreezeSchema = z
  .strictObject({
    stages: z
      .array(z.enum(LAYER_GROUPS))
      .max(LAYER_GROUPS.length)
      .default(["blocks.6", "blocks.5"])
      .refine((stages) => stages.every((name, i) => i === 0 || isBelow(name, stages[i - 1])), {
        message: "every stage must reach deeper than the one before, e.g. [blocks.6, blocks.5, blocks.3]",
      })
      .describe("The deepest layer group that each stage trains; everything below stays frozen."),
    epochs: count.default(8).describe("Most epochs a stage."),
    patience: count.default(3),
    batch_size: count.default(32),
    learning_rate: positive.default(0.001).describe("Rate of the top unfrozen layer group."),
    head_learning_rate: positive.default(0.001).describe("Rate of the head: new layers learn fastest."),
    decay: z
      .number()
      .min(1)
      .max(100)
      .default(2)
      .describe("Each layer group further down learns this many times slower than the one above."),
    weight_decay: z.number().min(0).default(0.01),
    dropout: z.number().min(0).max(0.95).default(0.2),
    label_smoothing: z.number().min(0).max(0.5).default(0.05),
    warmup: fraction.default(0.1).describe("Share of the steps with a rising rate."),
  })
  .describe("Staged unfreezing: from the top down, a lower rate the deeper a group lies.");

function isBelow(name: string, above: string | undefined): boolean {
  const order: readonly string[] = LAYER_GROUPS;
  return above !== undefined && order.indexOf(name) > order.indexOf(above);
}

const compareSchema = z
  .strictObject({
    scratch: z
      .boolean()
      .default(false)
      .describe("Also train the same network from random weights for the same time, to show the benefit."),
  })
  .describe("Comparisons for the report.");

/** The schema of a run file as written by a person; every key but `name` and `data.path` has a default. */
export const runFileSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, "use up to 40 lower-case letters, digits and dashes")
      .describe("Name of the model; versions are counted under it."),
    data: dataSchema,
    base: z
      .string()
      .default("efficientnet-lite0")
      .describe("The pretrained network. `thaw doctor` lists them."),
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
  })
  .refine((file) => file.data.test + file.data.validation < 1, {
    message: "test + validation must leave images for training (their sum must be below 1)",
    path: ["data", "test"],
  });

/** A validated run file with every default filled in. */
export type RunFile = z.output<typeof runFileSchema>;
export type DataSpec = RunFile["data"];
export type AugmentSpec = RunFile["augment"];
export type HeadSpec = RunFile["head"];
export type UnfreezeSpec = RunFile["unfreeze"];
