/** Where a machine keeps the frozen activations of a set of images: a name of all that decides their numbers. */
import { createHash } from "node:crypto";
import type { ArtifactRef } from "../../spec/artifact.js";
import { baseIdentity } from "../../spec/base.js";
import { engineOf } from "../../spec/engine/device.js";
import type { Bfloat16Arithmetic } from "../../spec/engine/precision.js";
import { arithmeticIdentity } from "../../spec/engine/processor.js";
import type { StageRequest } from "../../spec/pipeline/activities.js";
import { ACTIVATIONS_VERSION } from "../../spec/pipeline/stages.js";
import { settledAugment } from "../../spec/pipeline/views.js";
import { augmentIdentity, precisionIdentity } from "../../spec/runFile/identities.js";

/**
 * Frozen activations depend on the images, the base and the views, in bfloat16 on how the machine computes it, and on
 * nothing that is trained.
 * @param arithmetic by default this machine's; nothing of it in float32
 * @returns 32 hexadecimal digits
 */
export function activationsFolder(
  { run, stage }: Pick<StageRequest, "run" | "stage">,
  { digest }: Pick<ArtifactRef, "digest">,
  engineFingerprint: string,
  arithmetic?: Bfloat16Arithmetic,
): string {
  const { seed, precision } = run.file;
  const augment = augmentIdentity(settledAugment(run.file.augment));
  const base = baseIdentity(run.file.base, run.base);
  const engine = engineOf(stage, engineFingerprint);
  const identity = JSON.stringify([
    ...[ACTIVATIONS_VERSION, digest, base, augment, seed, engine],
    ...Object.values(precisionIdentity(precision)),
    ...Object.values(arithmeticIdentity(precision, arithmetic)),
  ]);
  return createHash("sha256").update(identity).digest("hex").slice(0, 32);
}
