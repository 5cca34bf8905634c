/** What travels with an exported model: its labels, and how a picture becomes its input. */
import { findBase } from "../learn/bases/catalogue.js";
import type { ShownBands } from "../spec/base.js";
import type { FoldsInBrief } from "../spec/records/folds.js";
import type { ModelVersion } from "../spec/records/model.js";
import type { ResemblanceInBrief } from "../spec/records/resemblance.js";
import type { TrainedModel } from "./trainedModel.js";

/** The document in `labels.json` and in the metadata of the model itself. Public API. */
export interface ModelCard {
  readonly name: string;
  readonly version: number;
  readonly runId: string;
  readonly createdAt: string;
  /** Accuracy in [0, 1] on the held-out images. */
  readonly testAccuracy: number;
  /** The recipe cross-validated: for small sets the figure to quote. Absent without folds. */
  readonly folds?: FoldsInBrief;
  /** Whether validation and test images are alike; absent in models of older versions. */
  readonly resemblance?: ResemblanceInBrief;
  readonly base: {
    readonly name: string;
    readonly source: string;
    readonly licence: string;
    /** The order of the channels of its pretraining, where that is not RGB; the model takes RGB all the same. */
    readonly trainedOn?: "BGR";
    /** Of a base of other channels than red, green and blue: which of them these are; the model takes RGB all the same. */
    readonly bands?: ShownBands;
  };
  /** In the order of the model's outputs, which are probabilities. */
  readonly labels: readonly string[];
  /** A label cannot be ruled out when 1 − its probability is at most this; see `ModelVersion`. */
  readonly conformalQuantile?: number;
  readonly input: {
    /** `null` is the batch. */
    readonly shape: readonly [null, number, number, 3];
    readonly channels: "RGB";
    readonly range: readonly [0, 255];
  };
  /** What happened to a picture, in this order. The scaling of the values is part of the model. */
  readonly preprocessing: {
    readonly orientation: "as EXIF says";
    /** Colour put behind transparent pixels. */
    readonly background: string;
    /** A larger picture is first reduced to this many pixels on the short side. */
    readonly reduceShortSideTo: number;
    /** Then the short side is brought to this many pixels, smoothed where it shrinks. */
    readonly resizeShortSideTo: number;
    readonly interpolation: "cubic" | "linear";
    /** Side of the square that is cut from the middle. */
    readonly centreCrop: number;
  };
}

export function modelCard(model: TrainedModel, version: ModelVersion): ModelCard {
  const { input } = model;
  const { conformalQuantile, folds, resemblance } = version;
  const { source, licence } = version.baseSpec?.origin ?? findBase(version.base);
  const { trainedOn, bands } = version.baseSpec ?? {};
  const channels = {
    ...(trainedOn === undefined ? {} : { trainedOn }),
    ...(bands === undefined ? {} : { bands }),
  };
  return {
    name: version.name,
    version: version.version,
    runId: version.runId,
    createdAt: version.createdAt,
    testAccuracy: version.testAccuracy,
    ...(folds === undefined ? {} : { folds }),
    ...(resemblance === undefined ? {} : { resemblance }),
    base: { name: version.base, source, licence, ...channels },
    labels: version.classes,
    ...(conformalQuantile === undefined ? {} : { conformalQuantile }),
    input: { shape: [null, input.size, input.size, 3], channels: "RGB", range: [0, 255] },
    preprocessing: {
      orientation: "as EXIF says",
      background: version.background,
      reduceShortSideTo: version.keepShortSide,
      resizeShortSideTo: Math.round(input.size / input.cropFraction),
      interpolation: input.kernel,
      centreCrop: input.size,
    },
  };
}
