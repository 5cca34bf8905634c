/** The run file `thaw.yaml`: its schema, defaults and types. This is public API; see `docs/thaw.schema.json`. */
import { z } from "zod";
import { descends, LAYER_GROUPS } from "../pipeline/layerGroups.js";
import { augmentSchema } from "./augment.js";
import { MOST_BATCH, MOST_EPOCHS, MOST_NORM, MOST_ROWS } from "./bounds.js";
import { FOLDER_READINGS, OUTSIDE_READINGS } from "./folders.js";
import { gateSchema } from "./gate.js";
import { kubernetesSchema } from "./kubernetes.js";
import { lossSchema } from "./loss.js";
import { modelSchema } from "./model.js";
import { scratchSchema } from "./scratch.js";
import { shardsSchema } from "./shards.js";

const fraction = z.number().min(0).max(1);
/** A part of the images: neither none nor all of them. */
const share = z.number().gt(0).lt(1);
const epochs = z.int().min(1).max(MOST_EPOCHS);
/** AdamW moves a weight by about the rate in one step: above 1 nothing converges. */
const learningRate = z.number().gt(0).max(1);
const weightDecay = z.number().min(0).max(1);
/** At 1 a dropout would remove everything. */
const dropout = z.number().min(0).max(0.95);
const labelSmoothing = z.number().min(0).max(0.5);
/** Beyond this nearly every mixture is half and half. */
const mixingAlpha = z.number().min(0).max(10).default(0);

const dataSchema = z
  .strictObject({
    path: z
      .string()
      .min(1)
      .describe(
        "A folder with one sub-folder per class, or with train, val and test folders of them, " +
          "or a CSV/JSONL manifest (path, label, group, split); " +
          "on disk, or in a bucket of the store's endpoint: s3://BUCKET/PREFIX.",
      ),
    folders: z
      .enum(FOLDER_READINGS)
      .optional()
      .describe(
        "What the folders of data.path are, where that can be read in two ways: classes, or splits (train, validation, test) " +
          "with class folders in them; other folders are then left out. Left out: found out by their names.",
      ),
    outside: z
      .enum(OUTSIDE_READINGS)
      .default("refuse")
      .describe(
        "Images outside of the folder of data.path or of the manifest, which a row or a link leads to: refuse stops at " +
          "such a row and leaves such links out, allow reads them.",
      ),
    test: share
      .default(0.2)
      .describe(
        "Share of the images held out for the final evaluation, used once; not used where the images come with splits.",
      ),
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
        "Copies across splits that came with the images: repair drops the copies of held-out images, " +
          "refuse stops, report keeps them.",
      ),
  })
  .refine((data) => data.test + data.validation < 1, {
    message: "test + validation must leave images for training: their sum must be below 1",
    path: ["test"],
  })
  .describe("The labelled images and how they are split.");

/**
 * The defaults have the lowest validation loss of 30 settings tried on sign-language digits (0.22 against 0.26
 * at a rate of 0.003 and 0.29 at 0.0003): an epoch costs milliseconds, so the rate may fall slowly.
 */
const headSchema = z
  .strictObject({
    dropout: dropout
      .default(0.3)
      .describe("Share of the features that a training step leaves out at random."),
    epochs: epochs.default(150).describe("Most passes over the training images."),
    patience: epochs.default(20).describe("Epochs without a better validation loss before training stops."),
    batch_size: z.int().min(1).max(MOST_ROWS).default(64).describe("Images per training step."),
    learning_rate: learningRate.default(0.001).describe("Peak learning rate of AdamW."),
    weight_decay: weightDecay.default(0.01).describe("Decoupled weight decay of AdamW."),
    label_smoothing: labelSmoothing
      .default(0.05)
      .describe("Probability taken from the true class and spread over all of them."),
    mixup: mixingAlpha.describe(
      "Blend the features and labels of two images; the parts come from Beta(alpha, alpha), 0 is off, 0.2 is usual.",
    ),
  })
  .describe("The new fully connected head, trained on the frozen base's features.");

export const unfreezeSchema = z
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
          "Left out: the two uppermost below top, layer4 and layer3 of a ResNet, blocks.6 and blocks.5 of an EfficientNet-Lite; none of a layers model.",
      ),
    epochs: epochs.default(8).describe("Most passes over the training images in one stage."),
    patience: epochs
      .default(3)
      .describe(
        "Epochs without a better validation loss before a stage stops and restores its best weights.",
      ),
    batch_size: z
      .int()
      .min(1)
      .max(MOST_BATCH)
      .default(32)
      .describe("Images per training step. Lower it when memory runs out."),
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
    rates: z
      .partialRecord(z.enum(LAYER_GROUPS), learningRate)
      .default({})
      .describe(
        "Peak rates of single layer groups, instead of what learning_rate and decay give them, e.g. {blocks.6: 0.001, blocks.5: 0.0003}.",
      ),
    schedule: z
      .enum(["cosine", "one-cycle", "constant"])
      .default("cosine")
      .describe(
        "Course of the rates after the warm-up: a half cosine to zero, one cycle (with AdamW's momentum running the other way), or constant.",
      ),
    find_rate: z
      .boolean()
      .default(false)
      .describe(
        "Before each stage, lower its rates by a short range test if the loss blows up below them; some dozens of training steps.",
      ),
    clip_norm: z
      .number()
      .gt(0)
      .max(MOST_NORM)
      .default(10)
      .describe("Largest global norm of a training step's gradient."),
    weight_decay: weightDecay.default(0.01).describe("Decoupled weight decay of AdamW."),
    l2_sp: weightDecay
      .default(0)
      .describe(
        "Decoupled decay of the base's kernels towards their pretrained values, instead of weight_decay; 0 for none.",
      ),
    ema: z
      .number()
      .min(0)
      .lt(1)
      .default(0)
      .describe(
        "Decay of an average of the weights, which is kept where it validates better, e.g. 0.99; 0 for none.",
      ),
    dropout: dropout
      .default(0.2)
      .describe("Share of the head's inputs that a training step leaves out at random."),
    label_smoothing: labelSmoothing
      .default(0.05)
      .describe("Probability taken from the true class and spread over all of them."),
    warmup: fraction
      .default(0.1)
      .describe("Share of a stage's training steps in which the rates rise to their peak."),
    mixup: mixingAlpha.describe(
      "Blend what the frozen layers give of two images, and their labels, with parts from Beta(alpha, alpha); 0 is off, 0.2 is usual.",
    ),
    cutmix: mixingAlpha.describe(
      "Take a rectangle of what the frozen layers give from another image, and as much of its label; 0 is off, 1 is usual. With mixup on too, every training step draws one of both.",
    ),
    gate: gateSchema.prefault({}),
    keep_rolled_back: z
      .boolean()
      .default(false)
      .describe(
        "Store what a stage trained although the gate rolled it back, as rolled-back.safetensors of the stage: to look at, no model is made of it.",
      ),
    surgical: z
      .enum(["none", "first-block"])
      .default("none")
      .describe(
        "first-block adds a last stage that trains only the first layer groups and the head, for images far from the base's; slow.",
      ),
  })
  .describe("Staged unfreezing: from the top down, a lower rate the deeper a layer group lies.");

const compareSchema = z
  .strictObject({
    scratch: z
      .boolean()
      .default(false)
      .describe("Also train the same network from random weights for the same time, to show the benefit."),
  })
  .describe("Comparisons for the report.");

/** Most folds: beyond them a fold of a small set holds out a handful of images. */
const MOST_FOLDS = 20;

const evaluationSchema = z
  .strictObject({
    folds: z
      .union([z.literal("auto"), z.int().min(0).max(MOST_FOLDS)])
      .default("auto")
      .refine((folds) => folds !== 1, { message: "one fold would hold every image out: use 0 or at least 2" })
      .describe(
        "Cross-validation of the whole recipe: every image is held out once, at the price of training that many times more. auto: 5 folds where fewer than 60 images are held out, else none.",
      ),
  })
  .describe("How well the recipe does on images that it did not see.");

/** What only its maker can say of a model; the rest of the model card is measured. */
const cardText = z.string().max(4000).default("");
const cardSchema = z
  .strictObject({
    intended_use: cardText.describe("What the model is for, and what it is not for."),
    limits: cardText.describe("Where the images come from, whom or what they leave out, known weaknesses."),
    licence: cardText.describe(
      "Licence of the trained model, which that of the base and of the images may bind.",
    ),
    contact: cardText.describe("Whom to ask."),
  })
  .describe("What you say of the model in its model card. It changes no number.");

/** The bases of `learn/bases/catalogue.ts`, which spec/ may not import; a test compares the two. */
const BASES = ["efficientnet-lite0", "efficientnet-lite1", "efficientnet-lite2"];

/** Each candidate costs a pass over all images. */
const MOST_CANDIDATES = 8;
/** Of candidates and folds; more pods than this would wait for each other's images. */
const MOST_PARALLEL = 32;

const baseName = z
  .string()
  .regex(
    /^([a-z0-9]([a-z0-9-]*[a-z0-9])?(@v?[1-9][0-9]*)?|model:[a-z0-9]([a-z0-9-]*[a-z0-9])?(@[a-z0-9][a-z0-9-]*)?)$/,
    "use NAME or NAME@VERSION of a base, or model:NAME, model:NAME@VERSION or model:NAME@ALIAS",
  );

/** Words that stand for a run where a model's name may stand, too: `thaw predict latest`. */
export const RESERVED_NAMES: readonly string[] = ["latest"];

/** The schema of a run file as written by a person; every key but `name` and `data.path` has a default. */
export const runFileSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, "use up to 40 lower-case letters, digits and dashes")
    .refine((name) => !RESERVED_NAMES.includes(name), "it means the last run in commands: use another name")
    .describe("Name of the model; versions are counted under it."),
  data: dataSchema,
  base: baseName
    .default("efficientnet-lite0")
    .describe(
      "The pretrained network to start from: one of the names that `thaw bases` lists, or model:NAME for a model of yours.",
    )
    .meta({ examples: [...BASES, "model:digits", "model:digits@2", "model:digits@champion"] }),
  bases: z
    .union([
      z
        .array(baseName)
        .max(MOST_CANDIDATES)
        .refine((names) => names.length !== 1, "name at least two to compare, or write the one as `base`")
        .refine((names) => new Set(names).size === names.length, "every base can be named only once"),
      z.literal("auto"),
    ])
    .default([])
    .describe(
      "Candidates, two or more: a linear probe on the frozen features of each decides, and the best takes the place of `base`. " +
        "auto: those that are on this machine or in the store and fit its memory and some minutes; nothing is fetched, and the run keeps what they were when it started.",
    )
    .meta({ examples: [["efficientnet-lite0", "efficientnet-lite1"]] }),
  precision: z
    .enum(["auto", "float32", "bfloat16"])
    .default("float32")
    .describe(
      "Numbers in which the frozen layers are computed for training, and their activations kept: bfloat16 takes two thirds of the time on processors that have it and half the disk, where the features agree; auto takes it where the machine that starts the run computes it and multiplies bfloat16; what is judged and registered is computed in float32.",
    ),
  recipe: z
    .enum(["auto", "extractor-only", "staged"])
    .default("auto")
    .describe(
      "Whether the evidence decides how many stages of unfreezing may run; staged runs all of them, extractor-only none: the base stays frozen.",
    ),
  augment: augmentSchema.prefault({}),
  head: headSchema.prefault({}),
  unfreeze: unfreezeSchema.prefault({}),
  loss: lossSchema.prefault({}),
  compare: compareSchema.prefault({}),
  evaluation: evaluationSchema.prefault({}),
  card: cardSchema.prefault({}),
  model: modelSchema.prefault({}),
  on_out_of_memory: z
    .enum(["halve_batch", "fail"])
    .default("halve_batch")
    .describe(
      "What a stage does that runs out of memory: one more try, at half the batch where it has one and said in its summary, or fail.",
    ),
  scratch: scratchSchema.prefault({}),
  parallel: z
    .int()
    .min(1)
    .max(MOST_PARALLEL)
    .default(1)
    .describe(
      `How many stages, and shards of images or features, may run side by side (candidate bases, folds, the comparison with random weights): each in a pod of its own, or on as many training workers as there are; at most ${MOST_PARALLEL}. The artifacts are the same.`,
    ),
  priority: z
    .int()
    .min(1)
    .max(5)
    .default(3)
    .describe(
      "Which run a training worker goes on with where several wait for it: 1 first, 5 last; of equal ones the models take turns, stage by stage. What a schedule starts goes one behind. It changes no artifact.",
    ),
  shards: shardsSchema.prefault({}),
  compute: z
    .enum(["local", "kubernetes"])
    .default("local")
    .describe("Where the stages run: the training worker of `thaw up`, or a pod of the run's own."),
  kubernetes: kubernetesSchema.exactOptional(),
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

export type EvaluationSpec = RunFile["evaluation"];
export type HeadSpec = RunFile["head"];
export type UnfreezeSpec = RunFile["unfreeze"];
