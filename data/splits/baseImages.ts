/**
 * Images that the run's base has met before, where the base is a model that was tuned on some of them: held out now,
 * they would be known from that training, and every figure from them too good.
 */

import { ThawError } from "../../spec/errors.js";
import type { ImageRecord, QuarantinedFile, Split } from "../../spec/records/dataset.js";
import type { DataSpec } from "../../spec/runFile/runFile.js";
import { readImageRecords } from "../dataset/dataset.js";
import { type Groupable, groupImages } from "./groups.js";

/** How much a network learns from the images of a split: it is fitted to the first, chosen by the second. */
const LEARNED_MOST: readonly Split[] = ["train", "validation", "test"];

export type BaseImage = Pick<ImageRecord, "path" | "sha256" | "phash" | "split">;

/** @param files `images.jsonl` of the datasets that the base was tuned on */
export async function readBaseImages(files: readonly string[]): Promise<readonly BaseImage[]> {
  return (await Promise.all(files.map(readImageRecords))).flat();
}

/**
 * The split that each image, or a copy of it, had when the base was tuned; of several the one that it learned most from.
 * @returns undefined for an image that the base has not met
 */
export function baseSplits(
  images: readonly Omit<Groupable, "group">[],
  met: readonly BaseImage[],
): readonly (Split | undefined)[] {
  const splits = new Array<Split | undefined>(images.length).fill(undefined);
  if (met.length === 0) return splits;
  // The user's groups are no copies: they play no part here.
  const all = [...images, ...met].map(({ sha256, phash }, index) => ({ path: String(index), sha256, phash }));
  for (const copies of groupImages(all).copies) {
    const split = learnedMost(copies.map((index) => met[index - images.length]?.split));
    for (const index of copies) if (index < images.length) splits[index] = split;
  }
  return splits;
}

/** The split of those given that a network learns most from. */
export function learnedMost(splits: readonly (Split | undefined)[]): Split | undefined {
  return LEARNED_MOST.find((split) => splits.includes(split));
}

/** Whether an image is held out more now than when the base was tuned. */
const flatters = (now: Split | undefined, before: Split | undefined): boolean =>
  now !== undefined && before !== undefined && LEARNED_MOST.indexOf(now) > LEARNED_MOST.indexOf(before);

export interface SettledBaseImages {
  /** Images to leave out, by their position, with the reason. */
  readonly dropped: ReadonlyMap<number, QuarantinedFile>;
  /** Positions of those that are held out although the base has learned from them. */
  readonly left: readonly number[];
}

/**
 * What to do about images that come with splits of their own and are held out by them, while the base has learned
 * from them. Images without splits are no trouble: they keep those of the base's training.
 * @param before see {@link baseSplits}
 * @throws ThawError DATA_INVALID when there are such images and the policy is to refuse them
 */
export function settleBaseImages(
  images: readonly { readonly path: string; readonly split?: Split }[],
  before: readonly (Split | undefined)[],
  policy: DataSpec["leaks"],
): SettledBaseImages {
  const known = images.flatMap(({ split }, index) => (flatters(split, before[index]) ? [index] : []));
  if (policy === "report") return { dropped: new Map(), left: known };
  const [first] = known;
  if (policy === "refuse" && first !== undefined) refuse(images[first], before[first], known.length);
  return {
    dropped: new Map(
      known.map((index) => {
        const { path = "" } = images[index] ?? {};
        const reason = `the base was tuned with it in its ${before[index]} split, so it cannot be held out`;
        return [index, { path, reason, why: "known" as const }];
      }),
    ),
    left: [],
  };
}

function refuse(
  image: { readonly path: string; readonly split?: Split } | undefined,
  before: Split | undefined,
  count: number,
): never {
  const others = count - 1;
  const more = others === 0 ? "" : `, and ${others} more like it`;
  throw new ThawError(
    "DATA_INVALID",
    `"${image?.path}" is in the ${image?.split} split, and the base was tuned with it in its ${before} split${more}`,
    {
      hint: "hold other images out, start from another base, or set data.leaks to repair, which leaves them out",
    },
  );
}
