/** Turns labelled image files into a dataset: canonical images in packs, a record for each, a split, and what is wrong. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TakenShard } from "../../spec/images/imageShards.js";
import type {
  DatasetSummary,
  ImageRecord,
  KnownFromBefore,
  KnownToBase,
  QuarantinedFile,
  Split,
} from "../../spec/records/dataset.js";
import type { Progress } from "../../spec/records/training.js";
import type { SourceReading } from "../../spec/runFile/folders.js";
import type { DataSpec } from "../../spec/runFile/runFile.js";
import { findFaults } from "../faults/findFaults.js";
import { settleLeaks } from "../faults/leaks.js";
import { findTwins } from "../faults/twins.js";
import { digestSource } from "../source/digest.js";
import { byPath, type SourceEntries } from "../source/entries.js";
import { readFetched } from "../source/fetched.js";
import { jsonLines } from "../source/lines.js";
import { listSource } from "../source/source.js";
import { assignSplits } from "../splits/assign.js";
import { baseSplits, learnedMost, readBaseImages, settleBaseImages } from "../splits/baseImages.js";
import { groupImages } from "../splits/groups.js";
import { settleTies } from "../splits/ties.js";
import { countImages, refuseEmptyClasses, refuseEmptySplits } from "./checks.js";
import { IMAGES_FILE, SUMMARY_FILE } from "./dataset.js";
import { type StoredImage, type StoredImages, storeImages } from "./storeImages.js";
import { TAKEN_FOLDER } from "./takenImages.js";

export interface IngestOptions {
  /** Folder or manifest; or images that were fetched from elsewhere, by their list. */
  readonly source: string | { readonly fetched: string };
  readonly data: Omit<DataSpec, "path" | keyof SourceReading> & SourceReading;
  readonly seed: number;
  /** `images.jsonl` of the datasets that the base, a model of one's own, was tuned on. */
  readonly baseImages?: readonly string[];
  /** `images.jsonl` of the datasets of earlier versions of the model. */
  readonly earlierImages?: readonly string[];
  /** File of known digests; see `digestSource`. */
  readonly digestCache: string;
  /** Folder that the dataset is written to; it holds no packs yet. */
  readonly out: string;
  /** Images that were read before, in ascending order; their files may lie in `out`, and go. */
  readonly shards?: readonly TakenShard[];
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Writes `images.jsonl`, `dataset.json` and the packs; the same files, seed and settings give the same bytes, whatever was read in shards.
 * Of every image only its record is kept in memory (below a kilobyte); a handful are decoded at a time.
 * @throws ThawError as `listSource` and `digestSource` do; CLASS_EMPTY when a class has no readable image;
 *   DATA_INVALID when the manifest's splits tear a group of the manifest apart, when they tear copies of a picture
 *   apart and `leaks` is `refuse`, or when a split that is wanted stays empty
 */
export async function ingest(options: IngestOptions): Promise<DatasetSummary> {
  const { data, seed, out } = options;
  const source =
    typeof options.source === "string"
      ? await listSource(options.source, undefined, data)
      : await readFetched(options.source.fetched);
  const classes = source.classes.length;
  const { images: stored, quarantined, packs } = await readImages(source, options);
  refuseEmptyClasses(source, stored, quarantined);

  const earlierImages = await readBaseImages(options.earlierImages ?? []);
  // Splits of the user's own are the user's word.
  const isDrawn = stored.some(({ split }) => split === undefined);
  const tied = isDrawn ? settleTies(stored, earlierImages) : new Map<number, QuarantinedFile>();
  const images = stored.filter((_, index) => !tied.has(index));

  const { ids, copies } = groupImages(images);
  const settled = settleLeaks(images, copies, data.leaks);
  const met = baseSplits(images, await readBaseImages(options.baseImages ?? []));
  const known = settleBaseImages(images, met, data.leaks);
  const dropped = new Map([...settled.dropped, ...known.dropped]);
  const isUsed = (_: unknown, index: number): boolean => !dropped.has(index);
  const used = images.filter(isUsed);
  const before = met.filter(isUsed);
  const earlier = baseSplits(used, earlierImages);
  const pinned = used.map((_, index) => learnedMost([before[index], earlier[index]]));
  // Where images are left out, those that they held together may come apart.
  const grouped = dropped.size === 0 ? ids : groupImages(used).ids;
  const { groups, splits } = assignSplits(used, classes, data, seed, pinned, grouped);
  const splitsAll = splitsOfAll(images, isUsed, splits);
  const twins = findTwins(images, copies, splitsAll);
  const positions = [...images.keys()].filter((index) => isUsed(undefined, index));
  const counts = countImages(
    used.map(({ label }, index) => ({ label, split: splits[index] as Split })),
    classes,
  );
  refuseEmptySplits(source.classes, counts, data, images, copies);

  const summary: DatasetSummary = {
    classes: source.classes,
    counts,
    images: used.length,
    quarantined: [...quarantined, ...tied.values(), ...dropped.values()].sort(byPath),
    duplicateGroups: copies.length,
    packs,
    faults: findFaults({ ...settled, source, images, used, groups, splits: splitsAll, copies, seed }),
    ...(options.baseImages === undefined
      ? {}
      : { knownToBase: countKnown(splits, before, known.dropped.size, known.left.length) }),
    ...(options.earlierImages === undefined ? {} : { knownFromBefore: countEarlier(splits, earlier) }),
  };
  // One at a time: together they would take as much memory as the images they are made of.
  function* records(): Generator<ImageRecord> {
    for (const [index, image] of used.entries()) {
      const twin = twins.get(positions[index] as number);
      yield recordOf(image, groups[index] as string, splits[index] as Split, twin);
    }
  }
  await writeFile(join(out, IMAGES_FILE), jsonLines(records()));
  await writeFile(join(out, SUMMARY_FILE), `${JSON.stringify(summary, null, 1)}\n`);
  return summary;
}

async function readImages(
  source: SourceEntries,
  { data, digestCache, out, shards, onProgress }: IngestOptions,
): Promise<StoredImages> {
  onProgress({ phase: "checking files", step: 0, total: source.entries.length });
  const { files } = await digestSource(source, digestCache);
  await mkdir(out, { recursive: true });
  const canonical = { background: data.background, keepShortSide: data.keep_short_side };
  const images = await storeImages(source, files, canonical, out, onProgress, shards);
  // All that is left in the folder is the dataset.
  await rm(join(out, TAKEN_FOLDER), { recursive: true, force: true });
  return images;
}

function countEarlier(splits: readonly Split[], earlier: readonly (Split | undefined)[]): KnownFromBefore {
  const count = (isOne: (split: Split, before: Split | undefined) => boolean): number =>
    splits.filter((split, index) => isOne(split, earlier[index])).length;
  return {
    kept: count((split, before) => split === before),
    fresh: count((_, before) => before === undefined),
    moved: count((split, before) => before !== undefined && split !== before),
  };
}

function countKnown(
  splits: readonly Split[],
  before: readonly (Split | undefined)[],
  dropped: number,
  flattering: number,
): KnownToBase {
  const count = (isOne: (split: Split, met: Split) => boolean): number =>
    splits.filter((split, index) => {
      const met = before[index];
      return met !== undefined && isOne(split, met);
    }).length;
  return {
    learned: count((split, met) => split !== "test" && met !== "test"),
    heldOut: count((split, met) => split === "test" && met === "test"),
    dropped,
    flattering,
  };
}

/** What was drawn, and of images that are left out what the source says. */
function splitsOfAll(
  images: readonly StoredImage[],
  isUsed: (image: unknown, index: number) => boolean,
  drawn: readonly Split[],
): readonly (Split | undefined)[] {
  let next = 0;
  return images.map((image, index) => (isUsed(image, index) ? drawn[next++] : image.split));
}

function recordOf(image: StoredImage, group: string, split: Split, twin: ImageRecord["twin"]): ImageRecord {
  const { path, label, sha256, phash, width, height, format, pack, offset, length } = image;
  const twinned = twin === undefined ? {} : { twin };
  return {
    path,
    label,
    group,
    split,
    ...twinned,
    sha256,
    phash,
    width,
    height,
    format,
    pack,
    offset,
    length,
  };
}
