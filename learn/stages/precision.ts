/** Whether the features of a run's images may be computed in bfloat16: where those of a few of them agree with float32's. */
import { type Dataset, openDataset } from "../../data/dataset/dataset.js";
import {
  type Bfloat16Arithmetic,
  LEAST_COSINE,
  type Precision,
  type PrecisionCheck,
} from "../../spec/engine/precision.js";
import { ownArithmetic } from "../../spec/engine/processor.js";
import type { Base } from "../bases/catalogue.js";
import { scoped } from "../engine.js";
import { computesBfloat16, firstNarrowGroup } from "../network/bfloat16Groups.js";
import { disposePass } from "../network/boundaries.js";
import { basePass } from "../network/frozen.js";
import type { Parameters } from "../network/parameters.js";
import { drawnPicture } from "../network/tryOut.js";
import { renderBatches } from "../samples/render.js";
import { pixelTensor } from "../training/step/pixels.js";
import type { StageContext } from "./job.js";

/** Images of the run that are compared: more would find little that eight pictures do not. */
const IMAGES = 6;

/**
 * @param parameters of the base
 * @returns undefined where the run asks for float32
 */
export async function checkPrecision(
  context: StageContext,
  base: Base,
  parameters: Parameters,
): Promise<PrecisionCheck | undefined> {
  if (context.precision === undefined) return undefined;
  const { architecture, input, extractor } = base;
  const { asked } = context.precision;
  const isNarrow =
    extractor === undefined && firstNarrowGroup(architecture, input.size) < architecture.groups.length;
  if (!isNarrow) return { asked, used: "float32", pictures: 0 };
  const { pictures, cosine } = await compareOnce(context, base, parameters);
  const used: Precision = cosine >= LEAST_COSINE ? "bfloat16" : "float32";
  if (used === "float32") {
    const phase = `features in bfloat16 have a cosine of ${cosine.toFixed(5)} with those in float32, and ${LEAST_COSINE} is wanted: computing in float32`;
    context.onProgress({ phase, step: 0, total: 1 });
  }
  return { asked, used, ...arithmeticOf(used), pictures, cosine };
}

interface Compared {
  readonly pictures: number;
  /** The smallest of their features' cosines. */
  readonly cosine: number;
}

/** What a base with these weights has come to, and for which images: the shards of a set ask one after the other. */
const compared = new WeakMap<Parameters, Compared & { readonly of: string; readonly records: object }>();

async function compareOnce(context: StageContext, base: Base, parameters: Parameters): Promise<Compared> {
  const { augment, seed } = context;
  const of = JSON.stringify([context.base, augment, seed]);
  const dataset = await openDataset(context.folders.dataset);
  try {
    const { records } = dataset;
    const known = compared.get(parameters);
    if (known?.of === of && known.records === records) return known;
    const pictures = await picturesOf(context, base, dataset);
    const [plain, narrow] = [
      await featuresIn("float32", base, parameters, pictures),
      await featuresIn("bfloat16", base, parameters, pictures),
    ];
    const found = {
      pictures: pictures.length / (base.input.size ** 2 * 3),
      cosine: leastCosine(plain, narrow, base.architecture.features),
    };
    compared.set(parameters, { ...found, of, records });
    return found;
  } finally {
    await dataset.close();
  }
}

/** In which numbers the base is computed for this stage: as the features stage has found, where that is known. */
export async function usedPrecision(
  context: StageContext,
  base: Base,
  parameters: Parameters,
): Promise<Precision> {
  const known = context.precision?.used ?? (await checkPrecision(context, base, parameters))?.used;
  return known ?? "float32";
}

/** What a stage that reads activations has to say of how they came about; nothing where they are float32's. */
export async function usedArithmetic(
  context: StageContext,
  base: Base,
  parameters: Parameters,
): Promise<{ readonly arithmetic?: Bfloat16Arithmetic }> {
  return arithmeticOf(await usedPrecision(context, base, parameters));
}

function arithmeticOf(used: Precision): { readonly arithmetic?: Bfloat16Arithmetic } {
  return used === "bfloat16" ? { arithmetic: ownArithmetic(computesBfloat16()) } : {};
}

/** thaw's own picture and its negative, then images spread over the set, one after the other. */
async function picturesOf(context: StageContext, { input }: Base, dataset: Dataset): Promise<Uint8Array> {
  const { augment, seed } = context;
  const count = Math.min(IMAGES, dataset.records.length);
  const views = Array.from({ length: count }, (_, i) => ({
    image: Math.floor((i * dataset.records.length) / count),
    view: 0,
  }));
  const drawn = drawnPicture(input.size);
  const pictures = [drawn, drawn.map((value) => 255 - value)];
  for await (const { pixels } of renderBatches(dataset, input, augment, seed, views, IMAGES)) {
    pictures.push(new Uint8Array(pixels));
  }
  return Buffer.concat(pictures);
}

async function featuresIn(
  precision: Precision,
  base: Base,
  parameters: Parameters,
  pictures: Uint8Array,
): Promise<Float32Array> {
  const { size, pixelScale } = base.input;
  const pass = await basePass(base, parameters, [], precision);
  try {
    return scoped(() => {
      const shape = [pictures.length / (size ** 2 * 3), size, size, 3];
      const result = pass.run(pixelTensor(pictures, shape, pixelScale));
      const features = new Float32Array(result.features.dataSync());
      disposePass(result);
      return features;
    });
  } finally {
    pass.dispose();
  }
}

/**
 * The smallest cosine of two rows that belong together; 0 for a row that is no direction.
 * @param length of a row
 */
export function leastCosine(one: Float32Array, other: Float32Array, length: number): number {
  let least = 1;
  for (let start = 0; start < one.length; start += length) {
    let [product, squares, otherSquares] = [0, 0, 0];
    for (let i = start; i < start + length; i++) {
      const [a, b] = [one[i] ?? 0, other[i] ?? 0];
      product += a * b;
      squares += a * a;
      otherSquares += b * b;
    }
    const cosine = product / Math.sqrt(squares * otherSquares);
    // What is no number is not near.
    least = cosine >= least ? least : Number.isFinite(cosine) ? cosine : 0;
  }
  return least;
}
