/**
 * How many images are marked as unlike those that a model was evaluated on: of the same folder, which should be one in a hundred (or one of
 * n + 1), of a class of it that no held-out image has, and of other folders, which should be all. Origin of the figures in `docs/models.md` and of `NEIGHBOURS`.
 *   node dist/bench/familiarity/marks.js SPLITS CACHE…
 * A CACHE has a folder's features, as `bench/drift/alarms.ts` leaves it: as the pictures are, and darker.
 */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { groupImages } from "../../data/splits/groups.js";
import { type Familiar, familiarity, familiarOf, markedBelow } from "../../learn/evaluation/familiarity.js";
import { permutation, randomStream } from "../../rng/stream.js";

const [splits = "20", ...caches] = process.argv.slice(2);
const SIZES = [25, 100, 300];
/** Images of another folder, or darker ones, of a split. */
const ASKED = 100;

interface Kept {
  readonly path: string;
  readonly sha256: string;
  readonly phash: string;
  readonly label: number;
  readonly features: readonly number[];
}

interface Folder {
  readonly name: string;
  readonly plain: readonly Float32Array[];
  readonly darker: readonly Float32Array[];
  readonly labels: readonly number[];
}

/** One image of each group of copies. */
async function read(cache: string): Promise<Folder> {
  const [plain, dark] = JSON.parse(await readFile(cache, "utf8")) as [readonly Kept[], readonly Kept[]];
  const { ids } = groupImages(plain);
  const firsts = [...plain.keys()].filter((index) => ids.indexOf(ids[index] as string) === index);
  const of = (images: readonly Kept[]) =>
    firsts.map((index) => Float32Array.from((images[index] as Kept).features));
  const labels = firsts.map((index) => (plain[index] as Kept).label);
  return { name: basename(cache, ".json"), plain: of(plain), darker: of(dark), labels };
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
      const known = familiar(order.slice(0, size).map((index) => folder.plain[index] as Float32Array));
      const rest = order.slice(size, size + ASKED);
      same.push(
        share(
          known,
          rest.map((index) => folder.plain[index] as Float32Array),
        ),
      );
      dark.push(
        share(
          known,
          rest.map((index) => folder.darker[index] as Float32Array),
        ),
      );
      const isLeftOut = (index: number): boolean => folder.labels[index] === split % classes;
      const imagesOf = (rows: readonly number[]) => rows.map((index) => folder.plain[index] as Float32Array);
      const without = familiar(imagesOf(order.filter((index) => !isLeftOut(index)).slice(0, size)));
      unknown.push(share(without, imagesOf(order.filter(isLeftOut).slice(0, ASKED))));
      for (const other of folders) others.get(other.name)?.push(share(known, other.plain.slice(0, ASKED)));
    }
    const told = [...others].map(([name, shares]) => `${name} ${percent(mean(shares))}`);
    const promised = percent(markedBelow(size) ?? 0);
    console.log(
      `${folder.name}, ${size} held out: of its own ${percent(mean(same))} (promised ${promised}), darker ${percent(mean(dark))}, of a class that is not held out ${percent(mean(unknown))}, ${told.join(", ")}`,
    );
  }
