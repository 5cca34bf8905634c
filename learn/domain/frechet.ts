/** How far activations lie from what a network's batch norms remember of its pretraining: a diagonal Fréchet distance. */

/** A unit's activations before its batch norm, standardised as the norm does: `(y − mean) / √(variance + ε)`. */
export interface UnitSample {
  readonly channels: number;
  /** `[images, channels]`: mean over the pixels of each image, and mean of the squares. */
  readonly mean: Float32Array;
  readonly square: Float32Array;
  /** Deviation of the reference in the same units, by channel: `√(variance / (variance + ε))`. Its mean is 0. */
  readonly deviation: Float64Array;
}

export interface Estimate {
  readonly distance: number;
  /** Standard error over the drawing of images. */
  readonly error: number;
}

/** A distance of the whole sample, and of the sample without each of its images. */
interface LeftOut {
  readonly whole: number;
  readonly without: Float64Array;
}

/**
 * Squared Fréchet distances of Gaussians with diagonal covariances (Heusel et al., NeurIPS 2017) in units of the
 * reference's variance, `μ² + (σ − σ₀)²`, averaged over the channels of each layer group; and the mean of the groups.
 * The reference are the norms' running statistics, as in DeepInversion (Yin et al., CVPR 2020). 0 is the pretraining
 * itself; 1 means that channels are off by one standard deviation of the pretraining's images.
 *
 * The unit is `variance + ε`, what the norm divides by: a channel that was always off during the pretraining (5 % of
 * them in `blocks.5` of Lite0) passes next to nothing on, and would else divide by nothing.
 *
 * Few images look further away than many of the same kind. The jackknife over the images takes that off (Quenouille,
 * Biometrika 1956), so the result may lie a little below 0, and gives the error (Tukey 1958). It does not hold for
 * medians: hence the mean over channels.
 * @param groups units of each layer group
 * @param images at least 2, independent of each other
 */
export function frechetDistances(
  groups: readonly (readonly UnitSample[])[],
  images: number,
): { readonly overall: Estimate; readonly groups: readonly Estimate[] } {
  const parts = groups.map((units) => meanOverChannels(units, images));
  return { overall: jackknife(average(parts, images)), groups: parts.map(jackknife) };
}

function meanOverChannels(units: readonly UnitSample[], images: number): LeftOut {
  let whole = 0;
  const without = new Float64Array(images);
  for (const unit of units) {
    for (let c = 0; c < unit.channels; c++) whole += addChannel(unit, c, images, without);
  }
  const channels = units.reduce((sum, unit) => sum + unit.channels, 0);
  return { whole: whole / channels, without: without.map((value) => value / channels) };
}

/** @param without the distances without each image are added to it @returns the distance with all of them */
function addChannel(unit: UnitSample, channel: number, images: number, without: Float64Array): number {
  const deviation = unit.deviation[channel] as number;
  let mean = 0;
  let square = 0;
  for (let i = 0; i < images; i++) {
    mean += unit.mean[i * unit.channels + channel] as number;
    square += unit.square[i * unit.channels + channel] as number;
  }
  for (let i = 0; i < images; i++) {
    const at = i * unit.channels + channel;
    const others = images - 1;
    without[i] =
      (without[i] as number) +
      squaredDistance(
        (mean - (unit.mean[at] as number)) / others,
        (square - (unit.square[at] as number)) / others,
        deviation,
      );
  }
  return squaredDistance(mean / images, square / images, deviation);
}

function squaredDistance(mean: number, square: number, deviation: number): number {
  const own = Math.sqrt(Math.max(0, square - mean * mean));
  return mean * mean + (own - deviation) ** 2;
}

function average(parts: readonly LeftOut[], images: number): LeftOut {
  const mean = (of: (part: LeftOut) => number): number =>
    parts.reduce((sum, part) => sum + of(part), 0) / parts.length;
  return {
    whole: mean(({ whole }) => whole),
    without: Float64Array.from({ length: images }, (_, i) => mean(({ without }) => without[i] as number)),
  };
}

function jackknife({ whole, without }: LeftOut): Estimate {
  const images = without.length;
  const mean = without.reduce((sum, value) => sum + value, 0) / images;
  const spread = without.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    distance: images * whole - (images - 1) * mean,
    error: Math.sqrt(((images - 1) / images) * spread),
  };
}
