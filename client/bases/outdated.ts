/** Bases that were added before thaw knew of their file what it knows now: said wherever they are listed or used. */
import { KNOWN_BASES } from "../../learn/bases/known/known.js";
import type { BaseSpec } from "../../spec/base.js";

/** What of a base's record tells it; a spec has it as well. */
export type RecordedNorms = Pick<BaseSpec, "checkpoint" | "normEpsilon"> & {
  /** Its name in the catalogue of published checkpoints, where it came from there. */
  readonly known?: string;
};

/**
 * Detectors of torchvision that began with its COCO_V1 weights add nothing to the variances of their batch norms; thaw once
 * took them to add 1e-5, as others do. A base's numbers never change, so they stay as they were.
 * @param name as people call it
 * @returns the sentence for a base of the catalogue – by its name there or by its file's digest – whose record does not say
 *   what the catalogue says by now
 */
export function outdatedSentence(
  name: string,
  { known, checkpoint, normEpsilon }: RecordedNorms,
): string | undefined {
  if (normEpsilon !== undefined) return undefined;
  const entry = KNOWN_BASES.find(
    (one) =>
      one.normEpsilon !== undefined &&
      (one.name === known || (one.sha256 !== undefined && checkpoint?.digest.startsWith(one.sha256))),
  );
  if (entry === undefined) return undefined;
  return (
    `The base ${name} adds 1e-5 to the variances of its batch norms, as older versions of thaw did, and ${entry.name} adds ` +
    `${entry.normEpsilon}: where a variance is small, its features differ from the publisher's. Add it again, with \`thaw bases add ` +
    `${entry.name}\`; what was made from this one stays as it is.`
  );
}
