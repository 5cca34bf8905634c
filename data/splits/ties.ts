/**
 * Images that tie what earlier versions of a model were trained on to what those hold out: a picture that looks like one
 * of each, or an image group that was given to both. Wherever they went, one side would leak into the other.
 */
import type { QuarantinedFile, Split } from "../../spec/records/dataset.js";
import { type BaseImage, learnedMost } from "./baseImages.js";
import { type Groupable, groupImages } from "./groups.js";

/** What earlier versions did with an image: looked at it in training, or held it out. */
type Side = "learned" | "heldOut";
type Sided = { readonly [side in Side]?: string };

/**
 * Which images to leave out, so that no image that earlier versions hold out, nor a copy of it, is trained on, and none that
 * they were trained on is held out. New images go before known ones; of known ones, which only the user's groups tie, those
 * that were held out go: whoever was trained on the others is no fair judge of them.
 * @param images without splits of their own
 * @param earlier images of the datasets of all earlier versions
 * @returns by position, with the reason
 */
export function settleTies(
  images: readonly Groupable[],
  earlier: readonly BaseImage[],
): ReadonlyMap<number, QuarantinedFile> {
  const dropped = new Map<number, QuarantinedFile>();
  if (earlier.length === 0) return dropped;
  const sideOf = sidesByBytes(earlier);
  const present = [...images.keys()];
  const known = present.filter((index) => sideOf.has(imageOf(images, index).sha256));
  const leaveOut = (index: number, reason: string): void => {
    const { path } = imageOf(images, index);
    dropped.set(index, { path, reason, why: "ties" });
  };

  for (const members of grouped(images, known)) {
    const sides = sidesOf(members.map((index) => sided(imageOf(images, index), sideOf)));
    if (sides.learned === undefined || sides.heldOut === undefined) continue;
    for (const index of members.filter((one) => sideOf.get(imageOf(images, one).sha256) === "heldOut"))
      leaveOut(
        index,
        `earlier versions hold it out, and were trained on ${sides.learned}, of the same group`,
      );
  }

  const copied = sidesOfCopies(images, earlier, sideOf);
  const isNew = (index: number): boolean => !sideOf.has(imageOf(images, index).sha256);
  for (const index of present.filter(isNew)) {
    const sides = copied[index] as Sided;
    if (isBoth(sides)) leaveOut(index, tieBetween(sides));
  }

  const ofImage = (index: number): Sided =>
    isNew(index) ? (copied[index] as Sided) : sided(imageOf(images, index), sideOf);
  /** @param isTie of new images that belong to both sides somehow: whether this one is to go */
  const untie = (isTie: (own: Sided, known: Sided) => boolean): void => {
    const left = present.filter((index) => !dropped.has(index));
    for (const members of grouped(images, left)) {
      const all = sidesOf(members.map(ofImage));
      if (!isBoth(all)) continue;
      const known = sidesOf(members.filter((index) => !isNew(index)).map(ofImage));
      for (const index of members.filter(isNew))
        if (isTie(ofImage(index), known)) leaveOut(index, tieBetween(all));
    }
  };
  // First those that look like one of a side; where others still tie the sides together, all that are new.
  untie((own, known) => {
    if (isBoth(known)) return own.learned !== undefined || own.heldOut !== undefined;
    return known.heldOut === undefined ? own.heldOut !== undefined : own.learned !== undefined;
  });
  untie(() => true);
  return dropped;
}

function imageOf(images: readonly Groupable[], index: number): Groupable {
  return images[index] as Groupable;
}

/** What was trained on once is never held out again. */
function sidesByBytes(earlier: readonly BaseImage[]): ReadonlyMap<string, Side> {
  const splits = new Map<string, Split>();
  for (const { sha256, split } of earlier)
    splits.set(sha256, learnedMost([splits.get(sha256), split]) as Split);
  return new Map([...splits].map(([sha256, split]) => [sha256, split === "test" ? "heldOut" : "learned"]));
}

function sided(
  { path, sha256 }: Pick<Groupable, "path" | "sha256">,
  sideOf: ReadonlyMap<string, Side>,
): Sided {
  const side = sideOf.get(sha256);
  return side === undefined ? {} : { [side]: path };
}

/** An example of each side. */
function sidesOf(all: readonly Sided[]): Sided {
  const of = (side: Side): Sided => {
    const path = all.find((one) => one[side] !== undefined)?.[side];
    return path === undefined ? {} : { [side]: path };
  };
  return { ...of("learned"), ...of("heldOut") };
}

function isBoth(sides: Sided): sides is Required<Sided> {
  return sides.learned !== undefined && sides.heldOut !== undefined;
}

const tieBetween = ({ learned, heldOut }: Required<Sided>): string =>
  `it ties ${learned}, which earlier versions were trained on, to ${heldOut}, which they hold out: by its look or its group`;

/** For each image the sides of all that look like it, present or not; groups of the user's play no part. */
function sidesOfCopies(
  images: readonly Groupable[],
  earlier: readonly BaseImage[],
  sideOf: ReadonlyMap<string, Side>,
): readonly Sided[] {
  const all = [...images, ...earlier];
  const alone = all.map(({ sha256, phash }, index) => ({ path: String(index), sha256, phash }));
  const sides: Sided[] = images.map(() => ({}));
  for (const copies of groupImages(alone).copies) {
    const found = sidesOf(copies.map((index) => sided(all[index] as BaseImage, sideOf)));
    for (const index of copies) if (index < images.length) sides[index] = found;
  }
  return sides;
}

/** Positions that belong together, by look and by the user's groups. */
function grouped(images: readonly Groupable[], positions: readonly number[]): readonly (readonly number[])[] {
  const { ids } = groupImages(positions.map((index) => imageOf(images, index)));
  const members = new Map<string, number[]>();
  ids.forEach((id, place) => {
    const own = members.get(id) ?? [];
    own.push(positions[place] as number);
    members.set(id, own);
  });
  return [...members.values()];
}
