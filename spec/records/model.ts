/** What the store says of a registered model. */
import type { ArtifactRef } from "../artifact.js";
import type { BaseSpec } from "../base.js";
import type { ModelGolden } from "../golden.js";
import type { DepthDecision } from "../retraining/depthDecision.js";
import type { RunFile } from "../runFile/runFile.js";
import type { FoldsInBrief } from "./folds.js";
import type { ResemblanceInBrief } from "./resemblance.js";

/** A registered version of a model, `models/NAME/vN.json` in the store. */
export interface ModelVersion {
  readonly name: string;
  readonly version: number;
  readonly runId: string;
  readonly createdAt: string;
  readonly classes: readonly string[];
  readonly base: string;
  /** What the base is and descends from; absent for a base of the catalogue. */
  readonly baseSpec?: BaseSpec;
  /**
   * How deep the retraining trained that made it, and of which version; absent where none did, where the run file asked for a full
   * one, and in older models.
   */
  readonly depth?: DepthDecision;
  /** How ingest treated the images; predictions must do the same. */
  readonly background: RunFile["data"]["background"];
  readonly keepShortSide: number;
  readonly testAccuracy: number;
  /** As in a run's result; absent without folds, and in models registered by version 2 and before. */
  readonly folds?: FoldsInBrief;
  /** As in a run's result. */
  readonly resemblance?: ResemblanceInBrief;
  /** Divides the logits; 1 where the test images refute what was fitted; absent, like what follows, in models registered by version 1. */
  readonly temperature?: number;
  /**
   * A class is in an image's set of possible classes when 1 − its probability is at most this; absent when there
   * were too few validation images, or where the test images refute the promise.
   */
  readonly conformalQuantile?: number;
  /** Test accuracy of the mean over image and mirror image; absent where sides matter, and in older models. */
  readonly mirroredAccuracy?: number;
  /** Of thaw's own picture, checked wherever the model is loaded; absent in older models. */
  readonly golden?: ModelGolden;
  /** The artifact with the weights: `head` or the last `tune` stage. */
  readonly weights: ArtifactRef;
  readonly artifacts: Readonly<Record<string, ArtifactRef>>;
  /** See `store/seal.ts`; absent in models registered before there were seals, which cannot be checked. */
  readonly seal?: string;
}
