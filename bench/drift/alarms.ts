/**
 * How often drift is told of where nothing differs, and how often where every picture is a little darker: real images
 * of a folder, dealt to "held out" and "new" at random. Origin of the figures in `docs/models.md` and `learn/drift/judge.ts`.
 *   node dist/bench/drift/alarms.js FOLDER [SPLITS]
 * Half of the images teach a head on the frozen base; the others, one of each group of copies, are dealt out.
 */
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
import { groupImages } from "../../data/splits/groups.js";
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

const [folder = "", splits = "200"] = process.argv.slice(2);
const SPLITS = Number(splits);
const MOST = 900;
/** Images of either side. */
const SIZES = [30, 60, 120];
/** Of the pictures' levels. */
const DARKER = 0.85;
const PENALTIES = [0.1, 1, 10];
const CANONICAL = { background: "white", keepShortSide: 320 } as const;

type Plain = Omit<HeldOutImage, "probabilities"> & { readonly sha256: string; readonly phash: string };

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

const scratch = await mkdtemp(join(tmpdir(), "thaw-drift-"));
const weights = join(scratch, "weights.safetensors");
await writeSafetensors(
  weights,
  new Map([
    [HEAD_KERNEL, { shape: [width, 1], data: new Float32Array(width) }],
    [HEAD_BIAS, { shape: [1], data: new Float32Array(1) }],
  ]),
);
const plain = await seen(1, weights);
const dark = await seen(DARKER, weights);
await rm(scratch, { recursive: true });

const { ids } = groupImages(plain);
const firsts = [...plain.keys()].filter((index) => ids.indexOf(ids[index] as string) === index);
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

for (const size of SIZES.filter((one) => 2 * one <= pool.length)) {
  const alarms = { none: 0, darker: 0, hurt: 0 };
  const tested = PENALTIES.map(() => 0);
  for (let split = 0; split < SPLITS; split++) {
    const order = [...permutation(held.length, randomStream(split, "bench of drift", size))];
    const [before, after] = [order.slice(0, size), order.slice(size, 2 * size)];
    const of = (images: readonly HeldOutImage[], rows: readonly number[]): HeldOutImage[] =>
      rows.map((index) => images[index] as HeldOutImage);
    if (judgeDrift(of(held, before), of(held, after), source.classes, split).kind !== "none") alarms.none++;
    if (split >= SPLITS / 4) continue;
    const { kind, verdict } = judgeDrift(of(held, before), of(darker, after), source.classes, split);
    if (kind !== "none") alarms.darker++;
    if (verdict === "may-hurt") alarms.hurt++;
    const both = [...of(held, before), ...of(darker, after)];
    const isNew = both.map((_, index) => index >= size);
    const folds = both.map((_, index) => index % 5);
    const features = matrix(
      both.length,
      width,
      both.flatMap((image) => Array.from(image.features)),
    );
    PENALTIES.forEach((penalty, at) => {
      const fitted = crossFit(features, folds, penalty);
      const auc = (second: readonly boolean[]): number => aucOf(scoresOf(fitted, second), second);
      const next = consecutive(randomStream(split, "bench of penalties"));
      if (
        permutationP(
          auc,
          isNew,
          both.map(() => 0),
          next,
        ) < 0.05
      )
        tested[at] = (tested[at] ?? 0) + 1;
    });
  }
  const few = Math.ceil(SPLITS / 4);
  console.log(
    `${size} a side: ${alarms.none} of ${SPLITS} alarms where nothing differs; levels × ${DARKER}: ${alarms.darker} of ${few}, ` +
      `may hurt ${alarms.hurt}; test alone by penalty ${PENALTIES.map((p, at) => `${p}: ${tested[at]}`).join(", ")}`,
  );
}
