/** Warnings about properties of the files that give classes away, graded by what the property is and how well it does. */
import type { Shortcut } from "../records/dataset.js";
import type { Grade, Warning } from "./warning.js";
import { percent } from "./words.js";

interface Property {
  /**
   * Balanced accuracies from which on the warning is of these grades. Provisional. A format is nothing of what a picture
   * shows; sizes and crops differ between things by nature, too, and guessing reaches 0.5.
   */
  readonly voids: number;
  readonly check: number;
  /** What it may stand for. */
  readonly why: string;
  readonly advice: string;
}

const OF_THE_FILE = { voids: 0.9, check: 0.7 };
const OF_THE_PICTURE = { voids: 0.97, check: 0.75 };

const PROPERTIES: Readonly<Record<string, Property>> = {
  "file format": {
    ...OF_THE_FILE,
    why: "formats leave traces in the pixels, and a network can see them",
    advice:
      "save all images in one format, or test on images of the other format, before the figure is believed",
  },
  "file size": {
    ...OF_THE_FILE,
    why: "it hints at another quality of compression, which a network can see",
    advice: "save all images in one quality, or find where the classes' files come from",
  },
  folder: {
    ...OF_THE_FILE,
    why: "if folders are different sources, the network may learn the source",
    advice:
      "test on images of a source that it has not seen, or name the folder as the group in a manifest of the images",
  },
  "image size": {
    ...OF_THE_PICTURE,
    why: "images that were enlarged or reduced differ in sharpness, which a network can see",
    advice: "bring all images to one size, or check that new images will differ in size as these do",
  },
  "aspect ratio": {
    ...OF_THE_PICTURE,
    why: "it hints at another camera, scanner or crop",
    advice: "check that new images will be cropped as these are",
  },
  "border colour": {
    ...OF_THE_PICTURE,
    why: "the network may look at the background instead of the thing",
    advice: "look where it looks, in the report's maps, and test on other backgrounds",
  },
};

const ANY: Property = {
  ...OF_THE_PICTURE,
  why: "the network may learn it",
  advice: "check that new images will be alike in this",
};

/** One a property, of the class that it tells apart best. */
export function shortcutWarnings(
  shortcuts: readonly Shortcut[],
  nameOf: (label: number) => string,
): readonly Warning[] {
  const best = new Map<string, Shortcut>();
  for (const shortcut of shortcuts) {
    const known = best.get(shortcut.property);
    if (known === undefined || known.balancedAccuracy < shortcut.balancedAccuracy)
      best.set(shortcut.property, shortcut);
  }
  return [...best.values()]
    .toSorted((a, b) => b.balancedAccuracy - a.balancedAccuracy)
    .map((shortcut) => warningOf(shortcut, nameOf(shortcut.label)));
}

function warningOf({ property, balancedAccuracy }: Shortcut, name: string): Warning {
  const { voids, check, why, advice } = PROPERTIES[property] ?? ANY;
  const grade: Grade = balancedAccuracy >= voids ? "voids" : balancedAccuracy >= check ? "check" : "note";
  const tells = `The ${property} alone tells "${name}" from the other classes in ${percent(balancedAccuracy)} of cases`;
  return { code: "shortcut", about: property, grade, sentence: SENTENCES[grade](tells, why), advice };
}

const SENTENCES: Readonly<Record<Grade, (tells: string, why: string) => string>> = {
  voids: (tells, why) =>
    `${tells} (guessing: 50 %), so the accuracy may be that of the files, not of what they show: ${why}.`,
  check: (tells, why) => `${tells} (guessing: 50 %): ${why}.`,
  note: (tells) => `${tells} (guessing: 50 %), which may be natural variety.`,
};
