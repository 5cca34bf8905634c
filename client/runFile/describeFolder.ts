/** What `thaw init` sees in a folder of images. */
import { basename, extname, resolve } from "node:path";
import { refuseListedSplits } from "../../data/dataset/listedSplits.js";
import { entryDecoder, refuseUnreadableClasses } from "../../data/dataset/probeClasses.js";
import type { SourceEntries } from "../../data/source/entries.js";
import { sourceNotes } from "../../data/source/notes.js";
import { listSource } from "../../data/source/source.js";
import { type ErrorCode, ThawError } from "../../spec/errors.js";
import type { ObjectReader } from "../../spec/images/objects.js";
import type { Split } from "../../spec/records/dataset.js";
import type { SourceReading } from "../../spec/runFile/folders.js";
import { RESERVED_NAMES, runFileSchema } from "../../spec/runFile/runFile.js";
import { type GuessedKind, guessKind } from "./guessKind.js";

export interface FolderDescription {
  /** A model's name made of the folder's. */
  readonly name: string;
  readonly images: number;
  readonly classes: readonly { readonly name: string; readonly images: number }[];
  /** Files and folders that were passed over. */
  readonly ignored: number;
  /** Why, each reason with the number of its files and one of them. */
  readonly ignoredWhy: readonly {
    readonly reason: string;
    readonly files: number;
    readonly example: string;
  }[];
  /** What says which images are for training and which for testing, and what follows, in a sentence; absent if nothing does. */
  readonly splits?: string;
  /** What the images seem to show. */
  readonly kind: GuessedKind;
  /** What may go wrong in training, a sentence each. */
  readonly warnings: readonly string[];
}

/** A head trained on fewer images is mostly luck, and so is its evaluation. */
const FEW_IMAGES = 100;
/** One or two of them are held out, as many validate: less than three are left to learn from. */
const FEW_IN_CLASS = 5;
/** Beyond this a classifier can win by ignoring the small class. */
const IMBALANCE = 10;

/** As the run file that is written has it. */
const DEFAULTS = runFileSchema.parse({ name: "defaults", data: { path: "." } });
const DRAWING = { shares: DEFAULTS.data, seed: DEFAULTS.seed, isPinned: false };

/**
 * @param buckets reads images at an `s3://` address
 * @param reading what its folders mean, where that can be read in two ways, and whether they may lead out
 * @throws ThawError DATA_NOT_FOUND, TOO_FEW_CLASSES, CLASS_EMPTY, DATA_INVALID; those of `buckets`
 */
export async function describeFolder(
  dataPath: string,
  buckets?: ObjectReader,
  reading: SourceReading = {},
): Promise<FolderDescription> {
  const source = await listSource(dataPath, buckets, reading);
  const decode = entryDecoder(source, buckets);
  const counts = new Map(source.classes.map((name) => [name, 0]));
  for (const { label } of source.entries) counts.set(label, (counts.get(label) ?? 0) + 1);
  const classes = [...counts].map(([name, images]) => ({ name, images }));
  return {
    name: modelName(dataPath),
    images: source.entries.length,
    classes,
    ignored: source.ignored.length,
    ignoredWhy: reasonsOf(source),
    ...splitsOf(source),
    kind: await guessKind(source, decode),
    warnings: [
      ...(await refusals("CLASS_EMPTY", () => refuseUnreadableClasses(source, decode))),
      ...(await refusals("DATA_INVALID", async () => refuseListedSplits(source, DRAWING))),
      ...sourceNotes(source),
      ...warningsOf(source.entries.length, classes),
    ],
  };
}

/** A run would end with it; here it is said before there is a run. */
async function refusals(code: ErrorCode, look: () => Promise<void>): Promise<readonly string[]> {
  try {
    await look();
    return [];
  } catch (error) {
    if (!(error instanceof ThawError) || error.code !== code) throw error;
    return [error.hint === undefined ? error.message : `${error.message}: ${error.hint}`];
  }
}

function reasonsOf({ ignored }: SourceEntries): FolderDescription["ignoredWhy"] {
  const byReason = new Map<string, { files: number; example: string }>();
  for (const { path, reason } of ignored) {
    const known = byReason.get(reason) ?? { files: 0, example: path };
    byReason.set(reason, { ...known, files: known.files + 1 });
  }
  return [...byReason]
    .map(([reason, { files, example }]) => ({ reason, files, example }))
    .sort((a, b) => b.files - a.files);
}

function splitsOf({ entries }: SourceEntries): Pick<FolderDescription, "splits"> {
  const [first] = entries;
  if (first?.split === undefined) return {};
  const drawn = entries.some(({ split }) => split === "validation")
    ? "the shares below are not used"
    : "a share of the training images validates, and the share for the test is not used";
  const folderOf = new Map(entries.map(({ split, path }) => [split, path.split("/")[0] ?? ""]));
  const uses: readonly (readonly [Split, string])[] = [
    ["train", "for training"],
    ["validation", "for validation"],
    ["test", "held out for the test"],
  ];
  const folders = uses.flatMap(([split, use]) =>
    folderOf.has(split) ? [`${folderOf.get(split)} ${use}`] : [],
  );
  // Entries of folders have no line.
  const said =
    first.line === undefined
      ? `The folders divide the images: ${folders.join(", ")}`
      : "The manifest divides the images";
  return { splits: `${said}; ${drawn}.` };
}

/** `Sign Digits_2/` as `sign-digits-2`: what the run file allows as a model's name. */
export function modelName(dataPath: string): string {
  const path = resolve(dataPath);
  const MOST_LETTERS = 40;
  const name = basename(path, extname(path))
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, MOST_LETTERS)
    .replace(/^-|-$/g, "");
  if (name === "") return "model";
  return RESERVED_NAMES.includes(name) ? `${name}-model` : name;
}

function warningsOf(images: number, classes: FolderDescription["classes"]): readonly string[] {
  const bySize = classes.toSorted((a, b) => b.images - a.images);
  const largest = bySize[0] ?? { name: "", images: 0 };
  const smallest = bySize.at(-1) ?? largest;
  const small = classes.filter((one) => one.images < FEW_IN_CLASS).map(({ name }) => name);
  const warnings: string[] = [];
  if (images < FEW_IMAGES) {
    warnings.push(`${images} images are few: expect the accuracy to change a lot with the seed`);
  }
  if (small.length > 0) warnings.push(`classes with fewer than ${FEW_IN_CLASS} images: ${small.join(", ")}`);
  if (largest.images > IMBALANCE * smallest.images) {
    warnings.push(
      `${largest.name} has more than ${IMBALANCE} times as many images as ${smallest.name} ` +
        `(${largest.images} to ${smallest.images}): watch the recall of each class in the report, and try ` +
        "loss.class_weights: balanced",
    );
  }
  return warnings;
}
