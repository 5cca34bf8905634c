/** Dense row-major matrices of float64 on the host, as far as the measures of transferability need them. */

export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** `[rows, columns]`, row after row. */
  readonly data: Float64Array;
}

export function matrix(rows: number, columns: number, values: ArrayLike<number>): Matrix {
  return { rows, columns, data: Float64Array.from(values) };
}

/** A view of one row; writing to it writes to the matrix. */
export function row({ columns, data }: Matrix, index: number): Float64Array {
  return data.subarray(index * columns, (index + 1) * columns);
}

export function takeRows(source: Matrix, indices: readonly number[]): Matrix {
  const data = new Float64Array(indices.length * source.columns);
  indices.forEach((index, i) => {
    data.set(row(source, index), i * source.columns);
  });
  return { rows: indices.length, columns: source.columns, data };
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** `target += factor · source`. */
export function addScaled(target: Float64Array, source: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) {
    target[i] = (target[i] as number) + factor * (source[i] as number);
  }
}

/** `X Xᵀ`, `[rows, rows]`. */
export function gram(x: Matrix): Matrix {
  const data = new Float64Array(x.rows * x.rows);
  for (let i = 0; i < x.rows; i++) {
    const left = row(x, i);
    for (let j = 0; j <= i; j++) {
      const value = dot(left, row(x, j));
      data[i * x.rows + j] = value;
      data[j * x.rows + i] = value;
    }
  }
  return { rows: x.rows, columns: x.rows, data };
}

/** Mean and standard deviation (of the population) of every column. */
export interface ColumnScale {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** Columns that hardly vary must not be blown up; the same floor as for the head (`learn/network/head.ts`). */
const SMALLEST_DEVIATION = 1e-3;

export function columnScale(x: Matrix): ColumnScale {
  const mean = new Float64Array(x.columns);
  const square = new Float64Array(x.columns);
  for (let i = 0; i < x.rows; i++) {
    row(x, i).forEach((value, j) => {
      mean[j] = (mean[j] as number) + value / x.rows;
    });
  }
  for (let i = 0; i < x.rows; i++) {
    row(x, i).forEach((value, j) => {
      square[j] = (square[j] as number) + (value - (mean[j] as number)) ** 2 / x.rows;
    });
  }
  return { mean, deviation: square.map((value) => Math.max(Math.sqrt(value), SMALLEST_DEVIATION)) };
}

export function standardize(x: Matrix, { mean, deviation }: ColumnScale): Matrix {
  const data = x.data.map((value, i) => {
    const j = i % x.columns;
    return (value - (mean[j] as number)) / (deviation[j] as number);
  });
  return { ...x, data };
}

/** The matrix with the mean of every column taken off. */
export function centred(x: Matrix): Matrix {
  const { mean } = columnScale(x);
  return { ...x, data: x.data.map((value, i) => value - (mean[i % x.columns] as number)) };
}
