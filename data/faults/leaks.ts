/** Copies of one picture that the user's own splits tear apart: what is held out would be known from training. */

import { ThawError } from "../../spec/errors.js";
import { type QuarantinedFile, SPLITS, type Split } from "../../spec/records/dataset.js";
import type { DataSpec } from "../../spec/runFile/runFile.js";

interface Splittable {
  readonly path: string;
  /** The split that manifest or folders give. */
  readonly split?: Split;
}

/** Which copies stay when one has to go: what is held out is what a result is compared by. */
const STAYS_FIRST: readonly Split[] = ["test", "validation", "train"];

export interface SettledLeaks {
  /** Undefined when the images came without splits; else what was done about the groups of copies that they tear apart. */
  readonly leaks?: { readonly policy: "repair" | "report"; readonly groups: readonly (readonly number[])[] };
  /** Images to leave out, by their position, with the reason. */
  readonly dropped: ReadonlyMap<number, QuarantinedFile>;
}

/**
 * @param copies groups of copies, as positions in `images`
 * @throws ThawError DATA_INVALID when there are leaks and the policy is to refuse them
 */
export function settleLeaks(
  images: readonly Splittable[],
  copies: readonly (readonly number[])[],
  policy: DataSpec["leaks"],
): SettledLeaks {
  if (images.every(({ split }) => split === undefined)) return { dropped: new Map() };
  const groups = copies.filter((group) => new Set(group.map((index) => images[index]?.split)).size > 1);
  if (policy === "report") return { leaks: { policy, groups }, dropped: new Map() };
  if (policy === "refuse") refuse(images, groups);
  return { leaks: { policy: "repair", groups }, dropped: repair(images, groups) };
}

/**
 * In each leak the copies in the test split stay and those elsewhere go; without any in the test split, those in the
 * validation split stay.
 */
function repair(
  images: readonly Splittable[],
  leaks: readonly (readonly number[])[],
): Map<number, QuarantinedFile> {
  const dropped = new Map<number, QuarantinedFile>();
  for (const group of leaks) {
    const held = STAYS_FIRST.find((split) => group.some((index) => images[index]?.split === split));
    const kept = images[group.find((index) => images[index]?.split === held) ?? -1]?.path ?? "";
    for (const index of group) {
      const image = images[index];
      if (image === undefined || image.split === held) continue;
      const reason = `it is a copy of ${kept}, which is in the ${held} split`;
      dropped.set(index, { path: image.path, reason, why: "copy" });
    }
  }
  return dropped;
}

/** @throws ThawError DATA_INVALID when there is a leak */
function refuse(images: readonly Splittable[], leaks: readonly (readonly number[])[]): void {
  const [leak] = leaks;
  if (leak === undefined) return;
  const named = SPLITS.flatMap((split) => {
    const image = leak.map((index) => images[index]).find((candidate) => candidate?.split === split);
    return image === undefined ? [] : [`"${image.path}" in the ${split} split`];
  });
  const others = leaks.length - 1;
  const more = others === 0 ? "" : `; ${others} more ${others === 1 ? "is" : "are"} torn apart like this`;
  throw new ThawError("DATA_INVALID", `one picture is in more than one split: ${named.join(", ")}${more}`, {
    hint: "give all copies the same split, leave all but one of them out, or set data.leaks to repair",
  });
}
