/** The power law of learning curves: how the error falls with the number of training images. */

/** `error(n) = floor + factor · n^(−exponent)`. */
export interface PowerLaw {
  /** Error that no number of images removes, at least 0. */
  readonly floor: number;
  /** At least 0. */
  readonly factor: number;
  /** In [{@link SMALLEST_EXPONENT}, 1]. */
  readonly exponent: number;
}

/** Errors measured with so many images. */
export interface CurvePoint {
  readonly images: number;
  readonly error: number;
  /** Standard deviation of the error; the fit weighs by its inverse square. Above 0. */
  readonly deviation: number;
}

/** Below it the law is flat over any range that can be measured: a thousandfold of images takes 7 % off. */
const SMALLEST_EXPONENT = 0.01;
const GRID = 50;
/** Golden sections of a grid's interval: to 1e-8 of it. */
const SECTIONS = 40;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

export const errorAt = ({ floor, factor, exponent }: PowerLaw, images: number): number =>
  floor + factor * images ** -exponent;

/**
 * The weighted least squares fit of a power law with floor ≥ 0, factor ≥ 0 and exponent in (0, 1] (Cortes et al.,
 * "Learning curves: asymptotic values and rate of convergence", NIPS 1993; exponents of 0.07 to 0.35 are what Hestness
 * et al., "Deep learning scaling is predictable, empirically", 2017, find for networks, 0.5 to 1 is theory's). For an
 * exponent the other two are a linear problem, so one exponent is searched: a grid, then golden sections.
 * @param points three or more, of different numbers of images
 */
export function fitPowerLaw(points: readonly CurvePoint[]): PowerLaw {
  const at = (index: number): number => SMALLEST_EXPONENT + (index * (1 - SMALLEST_EXPONENT)) / GRID;
  const costs = Array.from({ length: GRID + 1 }, (_, index) => cost(points, linearPart(points, at(index))));
  const best = costs.indexOf(Math.min(...costs));
  let low = at(Math.max(0, best - 1));
  let high = at(Math.min(GRID, best + 1));
  for (let section = 0; section < SECTIONS; section++) {
    const width = GOLDEN * (high - low);
    const [left, right] = [high - width, low + width];
    if (cost(points, linearPart(points, left)) <= cost(points, linearPart(points, right))) high = right;
    else low = left;
  }
  const candidates = [low, high, at(best)].map((exponent) => linearPart(points, exponent));
  return candidates.reduce((a, b) => (cost(points, b) < cost(points, a) ? b : a));
}

/** Floor and factor for an exponent, neither below 0. */
function linearPart(points: readonly CurvePoint[], exponent: number): PowerLaw {
  let [w, wx, wxx, wy, wxy] = [0, 0, 0, 0, 0];
  for (const { images, error, deviation } of points) {
    const weight = deviation ** -2;
    const x = images ** -exponent;
    w += weight;
    wx += weight * x;
    wxx += weight * x * x;
    wy += weight * error;
    wxy += weight * x * error;
  }
  const factor = (w * wxy - wx * wy) / (w * wxx - wx * wx);
  const floor = (wy - factor * wx) / w;
  if (factor < 0) return { floor: wy / w, factor: 0, exponent };
  return floor < 0 ? { floor: 0, factor: wxy / wxx, exponent } : { floor, factor, exponent };
}

const cost = (points: readonly CurvePoint[], law: PowerLaw): number =>
  points.reduce(
    (sum, { images, error, deviation }) => sum + ((error - errorAt(law, images)) / deviation) ** 2,
    0,
  );
