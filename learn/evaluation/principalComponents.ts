/** The first principal components of many points with many coordinates. */
import { randomStream } from "../../rng/stream.js";
import { addScaled, centred, dot, type Matrix, matrix, row } from "../transferability/matrix.js";
import { spectrum } from "../transferability/spectrum.js";

/** Vectors beyond those wanted: they make the iteration converge sooner (Halko et al., section 4.2). */
const OVERSAMPLING = 6;
/** The iteration ends when no wanted variance changes by more than this share. */
const TOLERANCE = 1e-9;
const MOST_ITERATIONS = 200;
/** A vector that shrinks to this share of its length lay in the span of those before. */
const DEPENDENT = 1e-10;

export interface PrincipalComponents {
  /** `[points, components]`. Of each component the largest coordinate by size is positive. */
  readonly scores: Matrix;
  /** Share in [0, 1] of the points' variance along each component. */
  readonly explained: readonly number[];
}

/**
 * Subspace iteration on the covariance with a Rayleigh–Ritz step (Halko, Martinsson & Tropp, SIAM Review 2011; Golub &
 * Van Loan, 8.2.4). It starts from numbers of a fixed seed: equal points give equal components.
 * @param points `[points, coordinates]`; components that the points do not have are zero
 */
export function principalComponents(points: Matrix, components: number): PrincipalComponents {
  const x = centred(points);
  const total = dot(x.data, x.data);
  const wanted = Math.min(components + OVERSAMPLING, x.rows, x.columns);
  const random = randomStream(0, "principal components");
  let basis = orthonormal(
    Array.from({ length: wanted }, (_, i) =>
      Float64Array.from({ length: x.columns }, (_, j) => random.uniform(i * x.columns + j) - 0.5),
    ),
  );
  let variances: readonly number[] = [];
  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
    const images = throughCovariance(x, basis);
    const { values, vectors } = ritz(basis, images);
    const before = variances;
    variances = values.slice(0, components);
    const settled = variances.every(
      (value, i) => Math.abs(value - (before[i] ?? Number.POSITIVE_INFINITY)) <= TOLERANCE * value,
    );
    if (settled) {
      basis = vectors;
      break;
    }
    // In the order of the variances, so that vectors without any are last and drop out.
    basis = orthonormal(throughCovariance(x, vectors));
  }
  const scores = matrix(x.rows, components, new Float64Array(x.rows * components));
  basis.slice(0, components).forEach((axis, k) => {
    const along = Float64Array.from({ length: x.rows }, (_, i) => dot(row(x, i), axis));
    const extreme = along.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
    along.forEach((value, i) => {
      scores.data[i * components + k] = extreme < 0 ? -value : value;
    });
  });
  return {
    scores,
    explained: Array.from({ length: components }, (_, k) => (total === 0 ? 0 : (variances[k] ?? 0) / total)),
  };
}

/** Vectors that go through the points together: one sum after the other would wait for each addition. */
const TOGETHER = 4;

/** `Xᵀ X v` of each vector. */
function throughCovariance(x: Matrix, vectors: readonly Float64Array[]): readonly Float64Array[] {
  const results = vectors.map(() => new Float64Array(x.columns));
  for (let first = 0; first < vectors.length; first += TOGETHER) {
    const own = vectors.slice(first, first + TOGETHER);
    if (own.length === TOGETHER) fourThrough(x, own, results.slice(first, first + TOGETHER));
    else {
      own.forEach((vector, i) => {
        oneThrough(x, vector, results[first + i] as Float64Array);
      });
    }
  }
  return results;
}

function oneThrough(x: Matrix, vector: Float64Array, result: Float64Array): void {
  for (let i = 0; i < x.rows; i++) {
    const point = row(x, i);
    addScaled(result, point, dot(point, vector));
  }
}

/** As {@link oneThrough} to the bit. */
function fourThrough(
  { data, rows, columns }: Matrix,
  vectors: readonly Float64Array[],
  results: readonly Float64Array[],
): void {
  const [a, b, c, d] = vectors as [Float64Array, Float64Array, Float64Array, Float64Array];
  const [ra, rb, rc, rd] = results as [Float64Array, Float64Array, Float64Array, Float64Array];
  for (let i = 0; i < rows; i++) {
    const at = i * columns;
    let [sa, sb, sc, sd] = [0, 0, 0, 0];
    for (let j = 0; j < columns; j++) {
      const value = data[at + j] as number;
      sa += value * (a[j] as number);
      sb += value * (b[j] as number);
      sc += value * (c[j] as number);
      sd += value * (d[j] as number);
    }
    for (let j = 0; j < columns; j++) {
      const value = data[at + j] as number;
      ra[j] = (ra[j] as number) + sa * value;
      rb[j] = (rb[j] as number) + sb * value;
      rc[j] = (rc[j] as number) + sc * value;
      rd[j] = (rd[j] as number) + sd * value;
    }
  }
}

/** Best eigenvalues and eigenvectors within the span of an orthonormal basis, the largest first. */
function ritz(basis: readonly Float64Array[], images: readonly Float64Array[]) {
  const n = basis.length;
  const small = matrix(
    n,
    n,
    basis.flatMap((left) => images.map((image) => dot(left, image))),
  );
  const units = basis.map((_, k) => Float64Array.from({ length: n }, (_, i) => (i === k ? 1 : 0)));
  const { values, projections } = spectrum(small, units);
  const order = [...values.keys()].sort((a, b) => (values[b] as number) - (values[a] as number));
  return {
    values: order.map((i) => Math.max(0, values[i] as number)),
    vectors: order.map((i) => {
      const vector = new Float64Array(basis[0]?.length ?? 0);
      basis.forEach((part, k) => {
        addScaled(vector, part, (projections[k] as Float64Array)[i] as number);
      });
      return vector;
    }),
  };
}

/** Gram–Schmidt, twice for accuracy; vectors that depend on those before are left out. */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const vector of vectors) {
    const rest = Float64Array.from(vector);
    const length = Math.sqrt(dot(rest, rest));
    for (let pass = 0; pass < 2; pass++) {
      for (const known of basis) addScaled(rest, known, -dot(rest, known));
    }
    const left = Math.sqrt(dot(rest, rest));
    if (left > DEPENDENT * length) basis.push(rest.map((value) => value / left));
  }
  return basis;
}
