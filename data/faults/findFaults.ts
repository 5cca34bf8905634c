/** Everything that is found wrong or suspicious about a set of images, as it is written into its summary. */

import { findLayersLeftOut } from "../../spec/images/leftOut.js";
import type { DataFaults, Split } from "../../spec/records/dataset.js";
import type { StoredImage } from "../dataset/storeImages.js";
import type { SourceEntries } from "../source/entries.js";
import { sourceNotes } from "../source/notes.js";
import { findConflicts, listCopies, listed } from "./copies.js";
import { findDarkSamples } from "./darkSamples.js";
import { measureImbalance } from "./imbalance.js";
import type { SettledLeaks } from "./leaks.js";
import { findMisnamed } from "./misnamed.js";
import { findOddFormats } from "./oddFormats.js";
import { findShortcuts } from "./shortcuts.js";

/** File names listed of each kind; the rest is counted. */
const FILES_SHOWN = 50;

export interface FaultsInput extends SettledLeaks {
  /** All readable images, those that a repair leaves out included. */
  readonly images: readonly StoredImage[];
  /** Those that are used, in the same order, and the group of each. */
  readonly used: readonly StoredImage[];
  readonly groups: readonly string[];
  /** Of all `images`. */
  readonly splits: readonly (Split | undefined)[];
  /** Groups of copies, as positions in `images`. */
  readonly copies: readonly (readonly number[])[];
  readonly source: SourceEntries;
  /** The run's seed. */
  readonly seed: number;
}

export function findFaults(input: FaultsInput): DataFaults {
  const { images, used, groups, splits, copies, leaks, dropped, source, seed } = input;
  const named = (index: number) => {
    const { path, label, sha256 } = images[index] as StoredImage;
    const image = { path, label, sha256, split: splits[index] as Split };
    return dropped.has(index) ? { ...image, dropped: true as const } : image;
  };
  const counts = new Array<number>(source.classes.length).fill(0);
  for (const { label } of used) counts[label] = (counts[label] ?? 0) + 1;
  const dark = findDarkSamples(images);
  const layers = findLayersLeftOut(images);
  const conflicts = findConflicts(images, copies);
  return {
    duplicates: listCopies(named, copies),
    conflicts: listCopies(named, conflicts.sameBytes),
    lookAlikes: listCopies(named, conflicts.sameLook),
    ...(leaks === undefined
      ? {}
      : { leaks: { ...listCopies(named, leaks.groups), policy: leaks.policy, dropped: dropped.size } }),
    imbalance: measureImbalance(counts),
    misnamed: listed(findMisnamed(images), FILES_SHOWN),
    oneColour: listed(
      images.flatMap(({ path, label, oneColour }) => (oneColour === true ? [{ path, label }] : [])),
      FILES_SHOWN,
    ),
    oddFormats: listed(findOddFormats(images), FILES_SHOWN),
    ...(dark === undefined ? {} : { darkSamples: dark }),
    ...(layers === undefined ? {} : { layersLeftOut: layers }),
    notes: sourceNotes(source),
    ignored: listed(source.ignored, FILES_SHOWN),
    shortcuts: findShortcuts(used, (_, index) => groups[index] as string, source.classes, seed),
  };
}
