/**
 * Eigenvalues of a symmetric matrix and the coordinates of given vectors in its eigenvectors. The eigenvectors
 * themselves are never formed, which saves two thirds of the work: the measures need only projections.
 */
import { dot, type Matrix, row } from "./matrix.js";

export interface Spectrum {
  /** Eigenvalues, in no particular order. */
  readonly values: Float64Array;
  /** `projections[k][i]`: coordinate of the k-th given vector along the i-th eigenvector. */
  readonly projections: readonly Float64Array[];
}

/**
 * The implicit QL method converges in one or two sweeps an eigenvalue. So many mean that only rounding is left: of
 * features that are few, or always 0, most eigenvalues are noise, and noise is not small beside itself.
 */
const MANY_SWEEPS = 60;
/** Twice as many mean that the input is broken. */
const MOST_SWEEPS = 120;

/**
 * Householder's reduction to tridiagonal form and implicit QL with Wilkinson's shift (Golub & Van Loan, "Matrix
 * Computations", 4th ed., 8.3.1 and 8.3.5), applied to `vectors` as they go.
 * @param symmetric `[n, n]`, finite
 * @param vectors each of length n
 */
export function spectrum(symmetric: Matrix, vectors: readonly Float64Array[]): Spectrum {
  const projections = vectors.map((vector) => Float64Array.from(vector));
  const { diagonal, off } = tridiagonal(symmetric, projections);
  diagonalize(diagonal, off, projections);
  return { values: diagonal, projections };
}

/** `off[i]` couples `i` and `i + 1`; the last one is 0. */
function tridiagonal({ rows: n, data }: Matrix, vectors: readonly Float64Array[]) {
  const a: Matrix = { rows: n, columns: n, data: Float64Array.from(data) };
  const off = new Float64Array(n);
  for (let k = 0; k < n - 2; k++) {
    // The reflection that turns column k below its diagonal into a multiple of the first unit vector.
    const v = row(a, k).slice(k + 1);
    const head = v[0] as number;
    const length = Math.sqrt(dot(v, v));
    if (length === 0) continue;
    const alpha = head > 0 ? -length : length;
    v[0] = head - alpha;
    const norm = Math.sqrt(dot(v, v));
    for (let i = 0; i < v.length; i++) v[i] = (v[i] as number) / norm;
    off[k] = alpha;
    reflect(a, k + 1, v);
    for (const vector of vectors) {
      const part = vector.subarray(k + 1);
      const twice = 2 * dot(part, v);
      for (let i = 0; i < v.length; i++) part[i] = (part[i] as number) - twice * (v[i] as number);
    }
  }
  if (n > 1) off[n - 2] = a.data[(n - 2) * n + n - 1] as number;
  return { diagonal: Float64Array.from({ length: n }, (_, i) => a.data[i * n + i] as number), off };
}

/** `A ← H A H` for the block that begins at `from`, H = 1 − 2 v vᵀ, by a symmetric update of rank two. */
function reflect(a: Matrix, from: number, v: Float64Array): void {
  const size = v.length;
  const p = new Float64Array(size);
  for (let i = 0; i < size; i++) p[i] = 2 * dot(row(a, from + i).subarray(from), v);
  const half = dot(p, v);
  for (let i = 0; i < size; i++) p[i] = (p[i] as number) - half * (v[i] as number);
  for (let i = 0; i < size; i++) {
    const target = row(a, from + i).subarray(from);
    const vi = v[i] as number;
    const pi = p[i] as number;
    for (let j = 0; j < size; j++) {
      target[j] = (target[j] as number) - vi * (p[j] as number) - pi * (v[j] as number);
    }
  }
}

/** Implicit QL in place: `diagonal` becomes the eigenvalues, `off` vanishes, `vectors` are rotated along. */
function diagonalize(diagonal: Float64Array, off: Float64Array, vectors: readonly Float64Array[]): void {
  const n = diagonal.length;
  const d = (i: number): number => diagonal[i] as number;
  const e = (i: number): number => off[i] as number;
  // What EISPACK's `tql2` compares with from the start; here only where it must, so that results stay as they were.
  const rounding =
    Number.EPSILON * diagonal.reduce((most, _, i) => Math.max(most, Math.abs(d(i)) + Math.abs(e(i))), 0);
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      const least = sweep < MANY_SWEEPS ? 0 : rounding;
      while (
        m < n - 1 &&
        Math.abs(e(m)) > Math.max(least, Number.EPSILON * (Math.abs(d(m)) + Math.abs(d(m + 1))))
      )
        m++;
      if (m === l) break;
      if (sweep === MOST_SWEEPS)
        throw new Error("the eigenvalues do not converge: the features are not finite");
      let g = (d(l + 1) - d(l)) / (2 * e(l));
      g = d(m) - d(l) + e(l) / (g + Math.sign(g || 1) * Math.hypot(g, 1));
      let s = 1;
      let c = 1;
      let p = 0;
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * e(i);
        const b = c * e(i);
        const r = Math.hypot(f, g);
        off[i + 1] = r;
        if (r === 0) break;
        s = f / r;
        c = g / r;
        const next = d(i + 1) - p;
        const t = (d(i) - next) * s + 2 * c * b;
        p = s * t;
        diagonal[i + 1] = next + p;
        g = c * t - b;
        rotate(vectors, i, c, s);
      }
      if (i >= l) {
        // An off-diagonal element underflowed: the matrix has split, and the sweep begins again.
        diagonal[i + 1] = d(i + 1) - p;
        off[m] = 0;
        continue;
      }
      diagonal[l] = d(l) - p;
      off[l] = g;
      off[m] = 0;
    }
  }
}

function rotate(vectors: readonly Float64Array[], i: number, c: number, s: number): void {
  for (const vector of vectors) {
    const low = vector[i] as number;
    const high = vector[i + 1] as number;
    vector[i + 1] = s * low + c * high;
    vector[i] = c * low - s * high;
  }
}
