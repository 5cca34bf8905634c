/**
 * How often drift is told of where nothing differs, and how often where every picture is a little darker: real images
 * of a folder, dealt to "held out" and "new" at random. Origin of the figures in `docs/models.md` and `learn/drift/judge.ts`.
 *   node dist/bench/drift/alarms.js FOLDER CACHE alarms|penalties SPLITS SIZE…
 * CACHE is a file that features are kept in. Half of the images teach a head on the frozen base; the others, one of each group of copies, are dealt out.
 */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { decodeImage, encodePixels } from "../../data/image/decode.js";
import { withImageFile } from "../../data/image/imageFile.js";
import { looksOf } from "../../data/image/looks.js";
import { perceptualHash } from "../../data/image/phash.js";
import { fromPixels } from "../../data/image/sharp.js";
import { sampled } from "../../data/sampled.js";
import { listSource } from "../../data/source/source.js";
import { aucOf, crossFit, scoresOf } from "../../learn/drift/crossFitted.js";
import { judgeDrift } from "../../learn/drift/judge.js";
import { consecutive, permutationP } from "../../learn/drift/permuted.js";
import type { HeldOutImage } from "../../learn/drift/sample.js";
import { HEAD_BIAS, HEAD_KERNEL } from "../../learn/network/head.js";
import { writeSafetensors } from "../../learn/safetensors.js";
import { predict } from "../../learn/stages/predict.js";
import { fitLogisticRegression } from "../../learn/transferability/logisticRegression.js";
import { matrix, row } from "../../learn/transferability/matrix.js";
import { permutation, randomStream } from "../../rng/stream.js";
import { base, checkpointFile } from "../../test/unit/learn/support.js";
import { firstsOf, type Kept, type Plain, readKept, writeKept } from "./kept.js";

const [folder = "", cache = "", mode = "alarms", splits = "200", ...sizes] = process.argv.slice(2);
const SPLITS = Number(splits);
const MOST = 900;
/** Images of either side. */
const SIZES = sizes.map(Number);
/** Of the pictures' levels. */
const DARKER = 0.85;
const PENALTIES = [0.003, 0.01, 0.03, 0.1, 0.3, 1];
const CANONICAL = { background: "white", keepShortSide: 320 } as const;

const source = await listSource(resolve(folder), undefined, {});
const entries = sampled(source.entries, MOST, "bench");
const { features: width } = base.architecture;

async function seen(factor: number, weights: string): Promise<readonly Plain[]> {
  const facts: Omit<Plain, "features">[] = [];
  async function* images() {
    for (const { path, file, label, sha256 = path } of entries) {
      const own = await withImageFile(file, undefined, async (bytes) => {
        const decoded = await decodeImage(bytes, CANONICAL);
        const { width: w, height: h, format } = decoded;
        const data = await fromPixels(decoded.pixels).linear(factor, 0).raw().toBuffer();
        const pixels = { ...decoded.pixels, data };
        const looks = { width: w, height: h, format, ...looksOf(pixels) };
        const phash = await perceptualHash(pixels);
        facts.push({ path, label: source.classes.indexOf(label), looks, sha256, phash });
        return { path, encoded: await encodePixels(pixels) };
      });
      yield own;
    }
  }
  const choice = { name: base.name, checkpoint: await checkpointFile() };
  const options = { classes: ["any"], keepFeatures: true };
  const found = await predict(choice, weights, options, images(), () => {});
  return found.map(({ features = new Float32Array() }, index) => ({
    ...(facts[index] as Omit<Plain, "features">),
    features: Float32Array.from(features),
  }));
}

/** Of the images as they are, and darker. */
async function features(): Promise<Kept> {
  if (existsSync(cache)) return readKept(cache);
  const scratch = await mkdtemp(join(tmpdir(), "thaw-drift-"));
  const weights = join(scratch, "weights.safetensors");
  const head = new Map([
    [HEAD_KERNEL, { shape: [width, 1], data: new Float32Array(width) }],
    [HEAD_BIAS, { shape: [1], data: new Float32Array(1) }],
  ]);
  await writeSafetensors(weights, head);
  const made = [await seen(1, weights), await seen(DARKER, weights)] as const;
  await rm(scratch, { recursive: true });
  await writeKept(cache, made);
  return made;
}

const [plain, dark] = await features();
const firsts = firstsOf(plain);
const learned = firsts.filter((_, at) => at % 2 === 0);
const pool = firsts.filter((_, at) => at % 2 === 1);
const matrixOf = (images: readonly Plain[]) =>
  matrix(
    images.length,
    width,
    images.flatMap(({ features }) => Array.from(features)),
  );
const head = fitLogisticRegression(
  matrixOf(learned.map((index) => plain[index] as Plain)),
  learned.map((index) => (plain[index] as Plain).label),
  source.classes.length,
  0.01,
);
const answered = (images: readonly Plain[]): readonly HeldOutImage[] => {
  const own = pool.map((index) => images[index] as Plain);
  const probabilities = head(matrixOf(own));
  return own.map((image, index) => ({ ...image, probabilities: Array.from(row(probabilities, index)) }));
};
const [held, darker] = [answered(plain), answered(dark)];
console.log(`${basename(folder)}: ${plain.length} images, ${pool.length} to deal out`);

const of = (images: readonly HeldOutImage[], rows: readonly number[]): HeldOutImage[] =>
  rows.map((index) => images[index] as HeldOutImage);

function dealt(split: number, size: number): readonly [number[], number[]] {
  const order = [...permutation(held.length, randomStream(split, "bench of drift", size))];
  return [order.slice(0, size), order.slice(size, 2 * size)];
}

/** Whether the two-sample test alone tells darker images, for each penalty. */
function testedAlone(split: number, size: number): readonly boolean[] {
  const [before, after] = dealt(split, size);
  const both = [...of(held, before), ...of(darker, after)];
  const isNew = both.map((_, index) => index >= size);
  const data = both.flatMap((image) => Array.from(image.features));
  const folds = both.map((_, index) => index % 5);
  return PENALTIES.map((penalty) => {
    const fitted = crossFit(matrix(both.length, width, data), folds, penalty);
    const auc = (second: readonly boolean[]): number => aucOf(scoresOf(fitted, second), second);
    const next = consecutive(randomStream(split, "bench of penalties"));
    const strata = both.map(() => 0);
    return permutationP(auc, isNew, strata, next) < 0.05;
  });
}

for (const size of SIZES.filter((one) => 2 * one <= pool.length)) {
  const all = Array.from({ length: SPLITS }, (_, split) => split);
  if (mode === "penalties") {
    const found = all.map((split) => testedAlone(split, size));
    const counts = PENALTIES.map((penalty, at) => `${penalty}: ${found.filter((one) => one[at]).length}`);
    console.log(`${size} a side, levels × ${DARKER}: told by penalty ${counts.join(", ")} of ${SPLITS}`);
    continue;
  }
  const judge = (images: readonly HeldOutImage[], split: number) => {
    const [before, after] = dealt(split, size);
    return judgeDrift(of(held, before), of(images, after), source.classes, split);
  };
  const alarms = all.filter((split) => judge(held, split).kind !== "none").length;
  const some = all.slice(0, Math.ceil(SPLITS / 10));
  const told = some.filter((split) => judge(darker, split).kind !== "none").length;
  console.log(
    `${size} a side: ${alarms} of ${SPLITS} alarms where nothing differs; levels × ${DARKER} told in ${told} of ${some.length}`,
  );
}
