/** Warnings about labels that are probably wrong. */
import type { LabelSuspects } from "../records/labelSuspects.js";
import type { Warning } from "./warning.js";
import { percent } from "./words.js";

/** Of the images that were looked at: from here on they move the figures more than most stages do. */
const MANY = 0.05;

/** @param images which ones were looked at, in words */
export function suspectWarnings(suspects: LabelSuspects | undefined, images: string): readonly Warning[] {
  if (suspects === undefined || suspects.count === 0) return [];
  const { count, judged } = suspects;
  const share = count / Math.max(1, judged);
  return [
    {
      code: "label-suspects",
      about: images,
      grade: share >= MANY ? "check" : "note",
      sentence: `The labels of ${count} of ${judged} ${images} (${percent(share)}) may be wrong.`,
      advice: "look at them in the report, the most suspicious first",
    },
  ];
}
