/** H-score with a shrunk covariance: how much of the features' variance lies between the classes. */
import { centred, dot, gram, type Matrix, row } from "./matrix.js";
import { spectrum } from "./spectrum.js";

/**
 * `(1 − α) · tr(Σα⁻¹ Σz)` with Σα the Ledoit–Wolf estimate of the features' covariance, α its shrinkage and Σz the
 * covariance of the class means (Bao et al., ICIP 2019; shrinkage: Ibrahim et al., ECML PKDD 2022). Without
 * shrinkage the score means nothing where there are more features than images. In [0, classes − 1].
 * @param features `[images, features]`
 */
export function hScore(features: Matrix, labels: readonly number[], classes: number): number {
  const x = centred(features);
  const { rows: n, columns: d } = x;
  const products = gram(x);
  const alpha = ledoitWolf(x, products);
  const mean = trace(products) / n / d;
  if (mean === 0) return 0;
  const indicators = Array.from({ length: classes }, (_, c) =>
    Float64Array.from(labels, (label) => (label === c ? 1 : 0)),
  ).filter((indicator) => indicator.some((value) => value > 0));
  const { values, projections } = spectrum(products, indicators);
  let score = 0;
  projections.forEach((projection, c) => {
    const images = dot(indicators[c] as Float64Array, indicators[c] as Float64Array);
    projection.forEach((coordinate, i) => {
      const value = Math.max(0, values[i] as number);
      const shrunk = ((1 - alpha) * value) / n + alpha * mean;
      if (shrunk > 0) score += (coordinate ** 2 * value) / (n * images * shrunk);
    });
  });
  return (1 - alpha) * score;
}

function trace({ rows, data }: Matrix): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) sum += data[i * rows + i] as number;
  return sum;
}

/**
 * Shrinkage in [0, 1] (Ledoit & Wolf, JMVA 2004, as scikit-learn computes it), from products of images alone:
 * Σᵢⱼ S²ᵢⱼ = ‖X Xᵀ‖² / n² and Σ (x²)ᵀ(x²) = Σ over images of ‖x‖⁴.
 */
export function ledoitWolf(x: Matrix, products: Matrix): number {
  const { rows: n, columns: d } = x;
  const mu = trace(products) / n / d;
  const covariances = dot(products.data, products.data) / n ** 2;
  let fourth = 0;
  for (let i = 0; i < n; i++) fourth += dot(row(x, i), row(x, i)) ** 2;
  const beta = (fourth / n - covariances) / (d * n);
  const delta = (covariances - (2 * mu * trace(products)) / n + d * mu ** 2) / d;
  return delta === 0 ? 0 : Math.max(0, Math.min(beta, delta) / delta);
}
