/** Copies of one picture as lists that people can look at, and those of them that contradict each other. */
import type { CopyGroup, FaultImage, Listed } from "../../spec/records/dataset.js";

/** Groups listed of each kind: a screenful or two of pictures. The rest is counted. */
const GROUPS_SHOWN = 24;
/** Images listed of a group: enough to see what they share. */
const IMAGES_SHOWN = 8;

/** The first `limit` of `items`. */
export function listed<Item>(items: readonly Item[], limit: number): Listed<Item> {
  return { count: items.length, shown: items.slice(0, limit) };
}

/**
 * @param imageAt by its position, asked for those alone that are shown: there may be a million others
 * @param groups positions
 */
export function listCopies(
  imageAt: (position: number) => (FaultImage & { readonly sha256: string }) | undefined,
  groups: readonly (readonly number[])[],
): Listed<CopyGroup> {
  const { count, shown } = listed(groups, GROUPS_SHOWN);
  return {
    count,
    shown: shown.map((group) => {
      const members = group.flatMap((index) => imageAt(index) ?? []);
      return {
        sameBytes: new Set(members.map(({ sha256 }) => sha256)).size === 1,
        images: listed(differentFirst(members).map(withoutDigest), IMAGES_SHOWN),
      };
    }),
  };
}

/**
 * Groups of copies with more than one label. Where the same bytes have two, one of them is wrong, or the classes
 * overlap. Where pictures only look alike – a face with and without a mask – all labels may be right.
 */
export function findConflicts(
  images: readonly { readonly label: number; readonly sha256: string }[],
  copies: readonly (readonly number[])[],
): {
  readonly sameBytes: readonly (readonly number[])[];
  readonly sameLook: readonly (readonly number[])[];
} {
  const several = copies.filter((group) => new Set(group.map((index) => images[index]?.label)).size > 1);
  const byBytes = (group: readonly number[]): boolean => {
    const digests = new Set(group.map((index) => images[index]?.sha256));
    const labelled = new Set(group.map((index) => `${images[index]?.sha256} ${images[index]?.label}`));
    return labelled.size > digests.size;
  };
  return { sameBytes: several.filter(byBytes), sameLook: several.filter((group) => !byBytes(group)) };
}

/** One image of each label and split first, so that a shortened list still shows the contradiction. */
function differentFirst<Image extends FaultImage>(images: readonly Image[]): Image[] {
  const seen = new Set<string>();
  const first = images.filter(({ label, split }) => {
    const isNew = !seen.has(`${label} ${split}`);
    seen.add(`${label} ${split}`);
    return isNew;
  });
  return [...first, ...images.filter((image) => !first.includes(image))];
}

function withoutDigest({ sha256: _, ...image }: FaultImage & { readonly sha256: string }): FaultImage {
  return image;
}
