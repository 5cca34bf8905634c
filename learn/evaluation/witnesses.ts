/** How much a share of images says whose images come in groups: copies, bursts, one patient's. */
import { normalQuantile } from "../proof/normalQuantile.js";
import type { Share } from "./proportions.js";
import { studentQuantile } from "./studentQuantile.js";

/** Of a 95 % interval. */
const LEVEL = 0.05;

/**
 * As many independent images as tell the share as well as these do: the images over the design effect, which is the
 * variance of the share between groups over that of independent images (Rao & Scott, "A simple method for the analysis
 * of clustered binary data", Biometrics 48, 1992), and less where few groups tell that variance (Korn & Graubard, "Confidence
 * intervals for proportions with small expected number of positive counts", Survey Methodology 24, 1998). Where all are
 * right or all wrong there is no variance to see: then each group is taken to be of one mind. Never more than there are images.
 * @param right of each image whether it counts for the share
 * @param groups of each image the group it is in; images of one group may have anything in common
 * @param level of the interval that is made of it: the probability outside, both sides together
 * @returns the same share, of trials that are no whole number where groups have several images
 */
export function witnesses(right: readonly boolean[], groups: readonly string[], level = LEVEL): Share {
  const images = right.length;
  const successes = right.filter(Boolean).length;
  const members = new Map<string, { images: number; right: number }>();
  right.forEach((isRight, image) => {
    const id = groups[image] as string;
    const group = members.get(id) ?? { images: 0, right: 0 };
    members.set(id, { images: group.images + 1, right: group.right + Number(isRight) });
  });
  const all = [...members.values()];
  if (all.length === images) return { successes, trials: images };
  const trials = Math.min(images, effective(all, images, successes / images, level));
  return { successes: (successes / images) * trials, trials };
}

function effective(
  groups: readonly { readonly images: number; readonly right: number }[],
  images: number,
  share: number,
  level: number,
): number {
  const count = groups.length;
  // Of one mind: Kish's effective size.
  const ofOneMind = images ** 2 / groups.reduce((sum, group) => sum + group.images ** 2, 0);
  if (share === 0 || share === 1 || count === 1) return ofOneMind;
  const squares = groups.reduce((sum, { images: own, right }) => sum + (right - own * share) ** 2, 0);
  const variance = (count / (count - 1)) * (squares / images ** 2);
  const fewGroups = (normalQuantile(1 - level / 2) / studentQuantile(level, count - 1)) ** 2;
  return Math.max(1, ((share * (1 - share)) / variance) * fewGroups);
}
