/** Divides groups of images into train, validation and test, class by class in the shares asked for. */
import { permutation, randomStream } from "../../rng/stream.js";
import { SPLITS, type Split } from "../../spec/records/dataset.js";

export interface SplitGroup {
  readonly id: string;
  /** The class index of each of its images. */
  readonly labels: readonly number[];
  /** Where it has to be, if that is not to be drawn. */
  readonly pinned?: Split | undefined;
}

/** Shares of the images of every class, in [0, 1]; training gets the rest. */
export interface SplitShares {
  readonly test: number;
  readonly validation: number;
}

/** Where a class' groups go when there are too few for all splits: nothing is learned without training images. */
const NEEDED_FIRST: readonly Split[] = ["train", "test", "validation"];

/**
 * A pure function of its arguments: groups are taken by their id, whatever order they come in.
 *
 * Pinned groups are placed first and stay; one whose split gets no images trains. Then the others are placed, the largest
 * first and equal ones in an order drawn from `seed`. Those of several images go by turns, so that every split gets its
 * share of the large ones as of the small ones: large groups are often other pictures than small ones (a patient who came
 * often, a thing with many variants), and held-out images would else say nothing of them. Single images fill up what is
 * lacking. Then every class with at least three groups is given at least one in each split whose share is above 0; a
 * class with fewer serves train first, then test. With groups that hold several classes that can be impossible for
 * all classes at once; then as many as possible of these demands are met one after the other.
 * @returns the split of each group, by its id
 */
export function splitGroups(
  groups: readonly SplitGroup[],
  classes: number,
  shares: SplitShares,
  seed: number,
): Map<string, Split> {
  const board = createBoard(groups, classes, shares);
  for (const group of placingOrder(groups, seed))
    board.place(group, pinnedSplit(board, group) ?? board.next(group));
  for (let label = 0; label < classes; label++) serve(board, label);
  return board.splits;
}

function placingOrder(groups: readonly SplitGroup[], seed: number): SplitGroup[] {
  const byId = groups.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const shuffled = Array.from(
    permutation(byId.length, randomStream(seed, "split")),
    (index) => byId[index] as SplitGroup,
  );
  const isPinned = ({ pinned }: SplitGroup): number => (pinned === undefined ? 0 : 1);
  return shuffled.sort((a, b) => isPinned(b) - isPinned(a) || b.labels.length - a.labels.length);
}

function pinnedSplit(board: Board, { pinned }: SplitGroup): Split | undefined {
  return pinned === undefined || board.open.includes(pinned) ? pinned : "train";
}

/** The state of a division: where every group is, and how many images each split has of each class. */
interface Board {
  readonly splits: Map<string, Split>;
  /** Groups that hold images of a class, in the order they were placed. */
  groupsOf(label: number): readonly SplitGroup[];
  /** Splits that may get images at all. */
  readonly open: readonly Split[];
  place(group: SplitGroup, split: Split): void;
  /** Where a group goes that is not pinned. */
  next(group: SplitGroup): Split;
  /** How many groups of a class are in a split. */
  count(label: number, split: Split): number;
}

function createBoard(
  groups: readonly SplitGroup[],
  classes: number,
  { test, validation }: SplitShares,
): Board {
  const share: Readonly<Record<Split, number>> = { train: 1 - test - validation, validation, test };
  const open = SPLITS.filter((split) => share[split] > 0);
  const totals = new Array<number>(classes).fill(0);
  for (const { labels } of groups) for (const label of labels) totals[label] = (totals[label] ?? 0) + 1;
  const lacking = Object.fromEntries(
    SPLITS.map((split) => [split, totals.map((total) => total * share[split])]),
  ) as Record<Split, number[]>;
  const counts: Readonly<Record<Split, number[]>> = {
    train: new Array<number>(classes).fill(0),
    validation: new Array<number>(classes).fill(0),
    test: new Array<number>(classes).fill(0),
  };
  const splits = new Map<string, Split>();
  const groupsOf = Array.from({ length: classes }, (): SplitGroup[] => []);
  const add = (split: Split, labels: readonly number[], sign: 1 | -1): void => {
    for (const label of labels) lacking[split][label] = (lacking[split][label] ?? 0) - sign;
    for (const label of new Set(labels)) counts[split][label] = (counts[split][label] ?? 0) + sign;
  };
  const need = (split: Split, labels: readonly number[]): number =>
    labels.reduce((sum, label) => sum + (lacking[split][label] ?? 0), 0);
  // Webster's turns (Sainte-Laguë): where the images are the fewest for the share when half of the group is counted.
  const turn = (split: Split, labels: readonly number[]): number => {
    const images = new Map<number, number>();
    for (const label of labels) images.set(label, (images.get(label) ?? 0) + 1);
    return [...images].reduce(
      (sum, [label, own]) => sum + (own * ((lacking[split][label] ?? 0) - own / 2)) / share[split],
      0,
    );
  };
  return {
    splits,
    open,
    groupsOf: (label) => groupsOf[label] ?? [],
    place: (group, split) => {
      const before = splits.get(group.id);
      if (before === undefined) for (const label of new Set(group.labels)) groupsOf[label]?.push(group);
      else add(before, group.labels, -1);
      splits.set(group.id, split);
      add(split, group.labels, 1);
    },
    next: ({ labels }) => {
      const wish = labels.length === 1 ? need : turn;
      return open.reduce((best, split) => (wish(split, labels) > wish(best, labels) ? split : best));
    },
    count: (label, split) => counts[split][label] ?? 0,
  };
}

/** Moves groups until the class has one in every split that it must have one in. */
function serve(board: Board, label: number): void {
  const groups = board.groupsOf(label);
  for (const split of demanded(board, label)) {
    if (board.count(label, split) > 0) continue;
    // Those placed last are the smallest: moving one of them disturbs the shares least.
    const movable = groups.toReversed().filter((group) => isSpare(board, group));
    const fromOther = movable.filter(
      ({ id }) => !demanded(board, label).includes(board.splits.get(id) as Split),
    );
    const moved = fromOther[0] ?? mostPlentiful(board, label, movable);
    if (moved !== undefined) board.place(moved, split);
  }
}

/** The splits in which a class must have a group. */
function demanded(board: Board, label: number): readonly Split[] {
  return NEEDED_FIRST.filter((split) => board.open.includes(split)).slice(0, board.groupsOf(label).length);
}

/** Whether a group may leave its split without taking the last group from a class that needs one there. */
function isSpare(board: Board, { id, labels, pinned }: SplitGroup): boolean {
  if (pinned !== undefined) return false;
  const split = board.splits.get(id) as Split;
  return [...new Set(labels)].every(
    (label) => board.count(label, split) > 1 || !demanded(board, label).includes(split),
  );
}

/** The first of the groups that lie where the class has most of them. */
function mostPlentiful(board: Board, label: number, groups: readonly SplitGroup[]): SplitGroup | undefined {
  return groups.toSorted(
    (a, b) =>
      board.count(label, board.splits.get(b.id) as Split) -
      board.count(label, board.splits.get(a.id) as Split),
  )[0];
}
