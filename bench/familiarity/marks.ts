/**
 * How many images are marked as unlike those that a model was evaluated on: of the same folder, which should be one in a hundred (or one of
 * n + 1), of a class of it that no held-out image has, and of other folders, which should be all. Origin of the figures in `docs/models.md` and of `NEIGHBOURS`.
 *   node dist/bench/familiarity/marks.js SPLITS CACHE…
 * A CACHE has a folder's features, as `bench/drift/alarms.ts` leaves it: as the pictures are, and darker.
 */
import { basename } from "node:path";
import { type Familiar, familiarity, familiarOf, markedBelow } from "../../learn/evaluation/familiarity.js";
import { permutation, randomStream } from "../../rng/stream.js";
import { firstsOf, type Plain, readKept } from "../drift/kept.js";

const [splits = "20", ...caches] = process.argv.slice(2);
const SIZES = [25, 100, 300];
/** Images of another folder, or darker ones, of a split. */
const ASKED = 100;

interface Folder {
  readonly name: string;
  readonly plain: readonly Float32Array[];
  readonly darker: readonly Float32Array[];
  readonly labels: readonly number[];
}

/** One image of each group of copies. */
async function read(cache: string): Promise<Folder> {
  const [plain, darker] = await readKept(cache);
  const firsts = firstsOf(plain);
  const of = (images: readonly Plain[]) => firsts.map((index) => images[index] as Plain);
  const featuresOf = (images: readonly Plain[]) => of(images).map(({ features }) => features);
  return {
    name: basename(cache, ".json"),
    plain: featuresOf(plain),
    darker: featuresOf(darker),
    labels: of(plain).map(({ label }) => label),
  };
}

const folders = await Promise.all(caches.map(read));

function familiar(images: readonly Float32Array[]): Familiar {
  const width = images[0]?.length ?? 1;
  const features = new Float32Array(images.length * width);
  images.forEach((image, row) => {
    features.set(image, row * width);
  });
  return familiarOf(features, width);
}

function share(known: Familiar, asked: readonly Float32Array[]): number {
  const below = markedBelow(known.images) ?? 0;
  return asked.filter((image) => familiarity(known, image) <= below).length / Math.max(1, asked.length);
}

const some = (images: readonly Float32Array[], rows: readonly number[]): readonly Float32Array[] =>
  rows.map((index) => images[index] as Float32Array);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const mean = (shares: readonly number[]): number => shares.reduce((sum, one) => sum + one, 0) / shares.length;

for (const folder of folders)
  for (const size of SIZES.filter((own) => own < folder.plain.length - 20)) {
    const [same, dark, unknown] = [[] as number[], [] as number[], [] as number[]];
    const classes = new Set(folder.labels).size;
    const others = new Map(
      folders.filter((other) => other !== folder).map(({ name }) => [name, [] as number[]]),
    );
    for (let split = 0; split < Number(splits); split++) {
      const order = [...permutation(folder.plain.length, randomStream(split, "bench of familiarity", size))];
      const known = familiar(some(folder.plain, order.slice(0, size)));
      const rest = order.slice(size, size + ASKED);
      same.push(share(known, some(folder.plain, rest)));
      dark.push(share(known, some(folder.darker, rest)));
      const isLeftOut = (index: number): boolean => folder.labels[index] === split % classes;
      const heldOut = order.filter((index) => !isLeftOut(index)).slice(0, size);
      const without = familiar(some(folder.plain, heldOut));
      unknown.push(share(without, some(folder.plain, order.filter(isLeftOut).slice(0, ASKED))));
      for (const other of folders) others.get(other.name)?.push(share(known, other.plain.slice(0, ASKED)));
    }
    const told = [...others].map(([name, shares]) => `${name} ${percent(mean(shares))}`);
    const promised = percent(markedBelow(size) ?? 0);
    console.log(
      `${folder.name}, ${size} held out: of its own ${percent(mean(same))} (promised ${promised}), darker ${percent(mean(dark))}, of a class that is not held out ${percent(mean(unknown))}, ${told.join(", ")}`,
    );
  }
