/** What of the splits can be told before any image is read: whether a run would end because one stays empty. */
import { SPLITS } from "../../spec/records/dataset.js";
import type { SourceEntries, SourceEntry } from "../source/entries.js";
import { assignGroups } from "../splits/assign.js";
import type { SplitShares } from "../splits/draw.js";
import { explicitSplits } from "../splits/explicit.js";
import { countImages, refuseEmptySplits } from "./checks.js";

interface Drawing {
  readonly shares: SplitShares;
  readonly seed: number;
  /** Whether images are known to a base or to earlier versions, and keep the splits that they had there. */
  readonly isPinned: boolean;
}

/**
 * Says nothing where it depends on the images: copies among them and unreadable ones leave less, never more, than the list has.
 * @throws ThawError DATA_INVALID, in the words in which ingest ends with it
 */
export function refuseListedSplits(
  source: Pick<SourceEntries, "classes" | "entries">,
  { shares, seed, isPinned }: Drawing,
): void {
  const entries = source.entries.filter(({ leftOut }) => leftOut === undefined);
  const labels = new Map(source.classes.map((name, label) => [name, label]));
  const images = entries.map(({ path, label, group, split }) => ({
    path,
    label: labels.get(label) as number,
    ...(group === undefined ? {} : { group }),
    ...(split === undefined ? {} : { split }),
  }));
  const refuse = (splits: readonly (typeof SPLITS)[number][], wanted: SplitShares): void => {
    const placed = images.map(({ label }, index) => ({ label, split: splits[index] ?? "train" }));
    refuseEmptySplits(source.classes, countImages(placed, labels.size), wanted, images, []);
  };
  const written = explicitSplits(images);
  if (written !== undefined) {
    const validation = written.includes("validation") ? shares.validation : 0;
    refuse(written, { ...shares, validation });
    if (validation > 0) return;
  }
  // With a group for each of the splits that are drawn, a class serves them all.
  const isServed =
    written === undefined
      ? mostGroups(entries) >= SPLITS.length
      : mostGroups(entries.filter(({ split }) => split === "train")) > 1;
  if (isPinned || isServed) return;
  const groups = entries.map(({ path, group }) => groupOf(path, group));
  const { splits } = assignGroups(images, labels.size, shares, seed, [], groups);
  refuse(splits, shares);
}

/** A path is no group of the user's: whatever the one is called, the other is not. */
const groupOf = (path: string, group: string | undefined): string =>
  group === undefined ? `path ${path}` : `group ${group}`;

/** Groups of the class that has most of them. */
function mostGroups(entries: readonly SourceEntry[]): number {
  const ofClass = new Map<string, Set<string>>();
  for (const { path, label, group } of entries) {
    const groups = ofClass.get(label) ?? new Set();
    ofClass.set(label, groups);
    if (groups.size < SPLITS.length) groups.add(groupOf(path, group));
  }
  return Math.max(0, ...[...ofClass.values()].map(({ size }) => size));
}
