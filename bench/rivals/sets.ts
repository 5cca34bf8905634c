/** The image sets on which thaw meets its rivals, and how each is split for a seed. */
import { readdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { permutation, randomStream } from "../../rng/stream.js";
import type { Split } from "../../spec/records/dataset.js";
import { ROOT } from "../support.js";

export interface BenchSet {
  readonly name: string;
  /** Folder with a sub-folder a class. */
  readonly images: string;
  /** Whether a mirrored image keeps its label; all rivals are told the same. */
  readonly flip: boolean;
  readonly split: SplitRule;
}

/** `take` so many images a class at random; `fractions` as the run file does; `folders` as the set came. */
type SplitRule =
  | { readonly kind: "take"; readonly perClass: Readonly<Record<Split, number>> }
  | { readonly kind: "fractions" }
  | { readonly kind: "folders"; readonly train: string; readonly test: string; readonly validation: number };

const shared = (name: string): string => resolve(join(ROOT, "..", "shared", "data", name));

/** @param more folders of sets that are not in `../shared/data`, by name */
export function benchSets(more: ReadonlyMap<string, string>): readonly BenchSet[] {
  const antsAndBees = more.get("ants-bees");
  return [
    {
      name: "sign-digits",
      images: more.get("sign-digits") ?? shared("sign-digits"),
      flip: false,
      split: { kind: "take", perClass: { train: 20, validation: 5, test: 30 } },
    },
    {
      name: "brain-mri",
      images: more.get("brain-mri") ?? shared("brain-mri"),
      flip: true,
      split: { kind: "fractions" },
    },
    ...(antsAndBees === undefined
      ? []
      : [
          {
            name: "ants-bees",
            images: antsAndBees,
            flip: true,
            split: { kind: "folders", train: "train", test: "val", validation: 0.15 },
          } as const,
        ]),
  ];
}

/** @returns what `ingest` reads: the folder itself, or a manifest written to `path` */
export async function sourceOf(set: BenchSet, seed: number, path: string): Promise<string> {
  const rule = set.split;
  if (rule.kind === "fractions") return set.images;
  const rows =
    rule.kind === "take"
      ? await takeImages(set.images, rule.perClass, seed)
      : await keepFolders(set.images, rule, seed);
  await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return path;
}

interface Row {
  readonly path: string;
  readonly label: string;
  readonly split: Split;
}

async function filesByClass(folder: string): Promise<Map<string, string[]>> {
  const classes = (await readdir(folder)).sort();
  return new Map(
    await Promise.all(
      classes.map(async (name): Promise<[string, string[]]> => {
        const files = (await readdir(join(folder, name))).sort();
        return [name, files.map((file) => join(folder, name, file))];
      }),
    ),
  );
}

/** The files of each class in an order drawn for the seed. */
async function shuffled(folder: string, seed: number): Promise<Map<string, string[]>> {
  const classes = [...(await filesByClass(folder))];
  return new Map(
    classes.map(([name, files], label) => {
      const order = permutation(files.length, randomStream(seed, "bench sets", label));
      return [name, Array.from(order, (index) => files[index] as string)];
    }),
  );
}

async function takeImages(
  folder: string,
  perClass: Readonly<Record<Split, number>>,
  seed: number,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [label, files] of await shuffled(folder, seed)) {
    let next = 0;
    for (const split of ["train", "validation", "test"] as const) {
      const taken = files.slice(next, next + perClass[split]);
      rows.push(...taken.map((path) => ({ path, label, split })));
      next += perClass[split];
    }
  }
  return rows;
}

async function keepFolders(
  folder: string,
  rule: Extract<SplitRule, { kind: "folders" }>,
  seed: number,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [label, files] of await shuffled(join(folder, rule.train), seed)) {
    const held = Math.round(rule.validation * files.length);
    rows.push(
      ...files.map((path, i) => ({
        path,
        label,
        split: i < held ? ("validation" as const) : ("train" as const),
      })),
    );
  }
  for (const [label, files] of await filesByClass(join(folder, rule.test))) {
    rows.push(...files.map((path) => ({ path, label, split: "test" as const })));
  }
  return rows;
}
