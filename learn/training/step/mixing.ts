/** Mixup and cutmix: each image of a batch takes a part of another one, and the same part of its target. */
import { betaDraw } from "../../../rng/beta.js";
import { permutation, randomStream } from "../../../rng/stream.js";
import type { Samples } from "../../samples/files.js";
import type { StepPosition } from "../trainee.js";

/** Parameter α of the Beta(α, α) that the own share is drawn from; 0 switches the method off. */
export interface MixSpec {
  /** Zhang et al., "mixup: beyond empirical risk minimization", ICLR 2018. */
  readonly mixup: number;
  /** Yun et al., "CutMix", ICCV 2019. */
  readonly cutmix: number;
}

/** Rows and columns of a grid, the last ones exclusive. */
interface Box {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** How one batch is mixed. */
export interface Mixture {
  /** Part of itself that an image keeps, in [0, 1]: the same one throughout the batch, as both papers have it. */
  readonly share: number;
  /** For each position of the batch, that of the image which gives the rest. */
  readonly partners: ArrayLike<number>;
  /** What comes from the partner; without it all values are blended. */
  readonly box?: Box;
}

/**
 * A pure function of its arguments. Where both methods are on, each step draws one of them, with equal odds.
 *
 * What is mixed lies at the freeze boundary, not in the image: mixing there is manifold mixup (Verma et al., ICML
 * 2019), with the layer fixed instead of drawn, and on pooled features so too. Cutmix cuts its rectangle out of the
 * grid of activations; each of them has seen more of its image than its place in the grid, so the seam is softer
 * than in pixels.
 * @param spec nothing is mixed without it
 * @param shape of a record, `[height, width, channels]` where there is something to cut
 */
export function drawMixture(
  spec: MixSpec | undefined,
  batch: number,
  shape: readonly number[],
  seed: number,
  stage: number,
  { epoch, step }: StepPosition,
): Mixture | undefined {
  const [mixup, cutmix] = [spec?.mixup ?? 0, spec?.cutmix ?? 0];
  if (mixup === 0 && cutmix === 0) return undefined;
  const stream = (purpose: string) => randomStream(seed, purpose, stage, epoch, step);
  const place = stream("mixing");
  const cuts = cutmix > 0 && (mixup === 0 || place.uniform(0) < 0.5);
  const share = betaDraw(stream("mixing-share"), cuts ? cutmix : mixup);
  const partners = permutation(batch, stream("mixing-partners"));
  if (!cuts) return { share, partners };
  const [height = 1, width = 1] = shape;
  const [top, bottom] = extent(height, share, place.uniform(1));
  const [left, right] = extent(width, share, place.uniform(2));
  // The rectangle is cut off at the edges and has whole places: what is left decides on the target.
  const kept = 1 - ((bottom - top) * (right - left)) / (height * width);
  return { share: kept, partners, box: { top, bottom, left, right } };
}

/** Of the rectangle along one side: `length · √(1 − share)` long around a centre anywhere, inside the grid. */
function extent(length: number, share: number, centre: number): readonly [number, number] {
  const size = Math.round(length * Math.sqrt(1 - share));
  const from = Math.round(length * centre - size / 2);
  return [Math.max(0, from), Math.min(length, from + size)];
}

/** The samples with every batch mixed as it is gathered. @param samples float32 records */
export function mixedSamples(samples: Samples, mixture: Mixture): Samples {
  return {
    ...samples,
    gather: (rows) => mixRecords(samples.gather(rows) as Float32Array, samples.format.shape, mixture),
  };
}

/** @param values records of `shape`, one after the other */
export function mixRecords(values: Float32Array, shape: readonly number[], mixture: Mixture): Float32Array {
  const { share, partners, box } = mixture;
  const length = values.length / partners.length;
  const mixed = values.slice();
  for (let image = 0; image < partners.length; image++) {
    const [own, other] = [image * length, (partners[image] as number) * length];
    if (box === undefined) {
      for (let i = 0; i < length; i++) {
        mixed[own + i] = share * (values[own + i] as number) + (1 - share) * (values[other + i] as number);
      }
      continue;
    }
    const [, width = 1, channels = 1] = shape;
    for (let y = box.top; y < box.bottom; y++) {
      const [from, to] = [(y * width + box.left) * channels, (y * width + box.right) * channels];
      mixed.set(values.subarray(other + from, other + to), own + from);
    }
  }
  return mixed;
}

/** @param targets `[batch, classes]`, row-major */
export function mixTargets(targets: Float32Array, { share, partners }: Mixture): Float32Array {
  return mixRecords(targets, [targets.length / partners.length], { share, partners });
}

/** Label of what the larger part of each mixed image shows: training accuracy is counted against it. */
export function largerPart(labels: readonly number[], { share, partners }: Mixture): readonly number[] {
  return share >= 0.5 ? labels : labels.map((own, i) => labels[partners[i] as number] ?? own);
}
