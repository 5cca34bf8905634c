/** One drawn picture through a base: whether it gives features at all, before anything is built on them. */
import { stat } from "node:fs/promises";
import type { BaseChoice } from "../../spec/base.js";
import { ThawError } from "../../spec/errors.js";
import type { Golden } from "../../spec/golden.js";
import type { Base } from "../bases/catalogue.js";
import { requireSound } from "../bases/sound.js";
import { computingDevice, tf } from "../engine.js";
import { pixelTensor } from "../training/step/pixels.js";
import { featuresOf, frozenNetwork } from "./frozen.js";
import { goldenOf, requireFeatures } from "./golden.js";
import type { Parameters } from "./parameters.js";

/** What this process has tried, and what came out. A file that lies under its digest does not change. */
const tried = new Map<string, Golden>();

/** Larger weights are read anew by each stage: the engine's memory is for what a stage needs. */
const MOST_BYTES_KEPT = 64 * 2 ** 20;

/** The weights that were read last: the stages of a run want the same, one after the other. */
let kept: { readonly files: string; readonly parameters: Parameters } | undefined;

/**
 * The parameters of a base, after its first picture in this process. Others get the same ones, so nobody may change them.
 * @throws ThawError DATA_INVALID (weights), BASE_UNUSABLE (features), NUMBERS_DIFFER, and what reading throws
 */
export async function loadSound(base: Base, choice: BaseChoice): Promise<Parameters> {
  const files = await identityOf(choice);
  if (files !== undefined && kept?.files === files) return kept.parameters;
  // Not two of them at once.
  kept = undefined;
  const parameters = await base.load(choice.checkpoint);
  await goldenOnce(base, choice, parameters);
  const bytes = [...parameters.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  if (files !== undefined && bytes <= MOST_BYTES_KEPT) kept = { files, parameters };
  return parameters;
}

/**
 * What was asked for, and which files those are: one that was replaced or changed is read again.
 * @returns undefined where that cannot be told, and for an extractor, whose network is no such file
 */
async function identityOf(choice: BaseChoice): Promise<string | undefined> {
  const { checkpoint, layers = [], extractor } = choice;
  if (extractor !== undefined) return undefined;
  const found = await Promise.all(
    [checkpoint, ...layers].map((path) => stat(path, { bigint: true }).catch(() => undefined)),
  );
  const files = found.map((one) => one && [one.dev, one.ino, one.size, one.mtimeNs, one.ctimeNs].join(" "));
  return files.includes(undefined) ? undefined : JSON.stringify([choice, files]);
}

/** What thaw's own picture gives. @throws as {@link loadSound} */
export async function baseGolden(base: Base, choice: BaseChoice): Promise<Golden> {
  return goldenOnce(base, choice, await base.load(choice.checkpoint));
}

async function goldenOnce(base: Base, choice: BaseChoice, parameters: Parameters): Promise<Golden> {
  const key = JSON.stringify(choice);
  const known = tried.get(key);
  if (known !== undefined) return known;
  requireSound(parameters, `the base ${base.name}`);
  const golden = await tryOut(base, parameters);
  if (choice.golden !== undefined)
    requireFeatures(choice.golden, golden, `the base ${base.name}`, "it was added or trained");
  tried.set(key, golden);
  return golden;
}

/** @returns what the features are like @throws ThawError BASE_UNUSABLE */
export async function tryOut(base: Base, parameters: Parameters): Promise<Golden> {
  const { size, pixelScale } = base.input;
  const network = await frozenNetwork(base, parameters);
  try {
    const picture = drawnPicture(size);
    const both = Buffer.concat([picture, picture.map((value) => 255 - value)]);
    const features = tf.tidy(
      () =>
        featuresOf(network.run(pixelTensor(both, [2, size, size, 3], pixelScale))).dataSync() as Float32Array,
    );
    const fault = faultOf(features);
    if (fault === undefined) return goldenOf(features.subarray(0, features.length / 2), computingDevice());
    throw new ThawError("BASE_UNUSABLE", `the base ${base.name} gives no usable features: ${fault}`, {
      hint: "its weights are damaged, of another network, or want other pixels (--mean, --std): add another checkpoint with `thaw bases add`",
    });
  } finally {
    network.dispose();
  }
}

/** @param features of a picture and of its negative, one after the other */
export function faultOf(features: Float32Array): string | undefined {
  const length = features.length / 2;
  const broken = features.filter((value) => !Number.isFinite(value)).length;
  if (broken > 0) return `of a drawn picture, ${broken} of ${features.length} are no finite numbers`;
  const [first, second] = [features.subarray(0, length), features.subarray(length)];
  if (length > 1 && first.every((value) => value === first[0])) {
    return `of a drawn picture, all ${length} are the same`;
  }
  if (first.every((value, i) => value === second[i]))
    return "they are the same for a picture and its negative";
  return undefined;
}

/**
 * Stripes, waves and a disc in different colours, `[size, size, 3]`: something for every layer to see.
 * No file, so that every installation shows every base the same.
 */
export function drawnPicture(size: number): Uint8Array {
  const pixels = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [u, v] = [x / size, y / size];
      const isInside = (u - 0.6) ** 2 + (v - 0.4) ** 2 < 0.06;
      const at = 3 * (y * size + x);
      pixels[at] = isInside ? 230 : 127 + 100 * Math.sin(20 * u + 3 * v);
      pixels[at + 1] = isInside ? 60 : 127 + 100 * Math.cos(9 * v);
      pixels[at + 2] = 255 * u * v;
    }
  }
  return pixels;
}
