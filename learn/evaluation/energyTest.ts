/** The energy test: whether two sets of pictures come from one distribution, by their features, class by class. */
import { permutation, type RandomStream } from "../../rng/stream.js";
import { euclidean } from "./euclidean.js";

/** Vectors `[labels.length, width]`, row-major, and the class of each. */
export interface FeatureSample {
  readonly features: Float32Array;
  readonly labels: readonly number[];
}

export interface EnergyTest {
  /** Vectors compared: those of classes that both samples have, at most {@link MOST} of each sample. */
  readonly sizes: readonly [first: number, second: number];
  /** Energy coefficient in [0, 1]: 0 where the samples are the same, 1 where either is one point and they differ. */
  readonly coefficient: number;
  /** Its mean over the permutations: what samples of this size give when nothing differs. */
  readonly expected: number;
  /** Of the permutation test, in (0, 1]; 1 where no class can be compared. */
  readonly pValue: number;
}

/** Vectors of a sample that are compared; distances grow with the square. Half a second of processor time. */
export const MOST = 500;
/** Permutations: p is at least 0.0005. */
const DRAWS = 1999;
/** Two sums of the same numbers in another order may differ so much. */
const TOLERANCE = 1e-12;

/**
 * Székely & Rizzo's test of equal distributions ("Testing for equal distributions in high dimension", InterStat 2004;
 * "Energy statistics", J. Stat. Plan. Inference 2013), summed over the classes:
 * `Σ nm/(n+m) · (2 E|X−Y| − E|X−X′| − E|Y−Y′|)` with Euclidean distances. Which vectors belong to which sample is
 * permuted within each class, so unequal shares of the classes are no difference, and nothing is assumed but that the
 * vectors of a class are exchangeable. It is consistent against every difference with finite means, and the p-value is
 * valid at every number of permutations (Phipson & Smyth, "Permutation p-values should never be zero", 2010).
 * @param stream which vectors of a large sample are taken, and the permutations; used up
 */
export function energyTest(
  first: FeatureSample,
  second: FeatureSample,
  width: number,
  stream: RandomStream,
): EnergyTest {
  const next = consecutive(stream);
  const strata = strataOf(thinned(first, next), thinned(second, next));
  const compared = strata.map(({ a, b }) => distancesOf(first, a, second, b, width));
  const sizes = [
    compared.reduce((sum, { a }) => sum + a, 0),
    compared.reduce((sum, { b }) => sum + b, 0),
  ] as const;
  if (compared.length === 0) return { sizes, coefficient: 0, expected: 0, pValue: 1 };
  const observed = energyOf(compared);
  let above = 1;
  let sum = 0;
  for (let draw = 0; draw < DRAWS; draw++) {
    for (const stratum of compared) shuffle(stratum.order, next);
    const { statistic, coefficient } = energyOf(compared);
    if (statistic >= observed.statistic - TOLERANCE * Math.abs(observed.statistic)) above += 1;
    sum += coefficient;
  }
  return {
    sizes,
    coefficient: observed.coefficient,
    expected: sum / DRAWS,
    pValue: above / (1 + DRAWS),
  };
}

/** A class of both samples: their rows. */
interface Stratum {
  readonly a: readonly number[];
  readonly b: readonly number[];
}

/** Distances within a class, and in which order its vectors are dealt out: the first `a` to one sample, `b` to the other. */
interface Distances {
  readonly a: number;
  readonly b: number;
  readonly order: Int32Array;
  /** `[a + b, a + b]`. */
  readonly between: Float64Array;
  /** Sums of the rows of `between`. */
  readonly sums: Float64Array;
}

/** Rows by class, of at most {@link MOST} vectors. */
function thinned({ labels }: FeatureSample, next: RandomStream): Map<number, number[]> {
  const all = [...labels.keys()];
  const rows =
    all.length <= MOST
      ? all
      : Array.from(permutation(all.length, next).subarray(0, MOST)).sort((x, y) => x - y);
  const byClass = new Map<number, number[]>();
  for (const row of rows) {
    const label = labels[row] as number;
    const own = byClass.get(label);
    if (own === undefined) byClass.set(label, [row]);
    else own.push(row);
  }
  return byClass;
}

function strataOf(
  first: ReadonlyMap<number, readonly number[]>,
  second: ReadonlyMap<number, readonly number[]>,
): readonly Stratum[] {
  return [...first].flatMap(([label, a]) => {
    const b = second.get(label);
    return b === undefined ? [] : [{ a, b }];
  });
}

function distancesOf(
  first: FeatureSample,
  a: readonly number[],
  second: FeatureSample,
  b: readonly number[],
  width: number,
): Distances {
  const vectors = [
    ...a.map((row) => first.features.subarray(row * width, (row + 1) * width)),
    ...b.map((row) => second.features.subarray(row * width, (row + 1) * width)),
  ];
  const count = vectors.length;
  const between = new Float64Array(count * count);
  const sums = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      const distance = euclidean(vectors[i] as Float32Array, vectors[j] as Float32Array);
      between[i * count + j] = distance;
      between[j * count + i] = distance;
      sums[i] = (sums[i] as number) + distance;
      sums[j] = (sums[j] as number) + distance;
    }
  }
  return { a: a.length, b: b.length, order: Int32Array.from({ length: count }, (_, i) => i), between, sums };
}

function energyOf(classes: readonly Distances[]): {
  readonly statistic: number;
  readonly coefficient: number;
} {
  let statistic = 0;
  let scale = 0;
  for (const { a, b, order, between, sums } of classes) {
    const count = a + b;
    let across = 0;
    let ofA = 0;
    let ofB = 0;
    for (let i = 0; i < a; i++) {
      const row = (order[i] as number) * count;
      for (let j = a; j < count; j++) across += between[row + (order[j] as number)] as number;
      ofA += sums[order[i] as number] as number;
    }
    for (let j = a; j < count; j++) ofB += sums[order[j] as number] as number;
    const weight = (a * b) / count;
    // What is not across lies within; every pair within counts twice, and with itself as 0.
    const withinA = (ofA - across) / a ** 2;
    const withinB = (ofB - across) / b ** 2;
    const mean = across / (a * b);
    statistic += weight * (2 * mean - withinA - withinB);
    scale += weight * 2 * mean;
  }
  return { statistic, coefficient: scale === 0 ? 0 : statistic / scale };
}

/** Fisher–Yates over one class. */
function shuffle(order: Int32Array, next: RandomStream): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = next.word(0) % (i + 1);
    const swap = order[i] as number;
    order[i] = order[j] as number;
    order[j] = swap;
  }
}

/** The stream as a generator: every call of `word` gives its next one, whatever is asked for. */
function consecutive(stream: RandomStream): RandomStream {
  let index = 0;
  return { word: () => stream.word(index++), uniform: () => stream.uniform(index++) };
}
