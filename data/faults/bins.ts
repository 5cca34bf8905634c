/** Turns a column of numbers or names into few bins, without looking at labels. */

/** At most so many: one class in twenty that was saved at another size still fills a bin of its own. */
const MOST_BINS = 32;
/** Images a bin has on average; with fewer, its share of a class would be noise. */
const IMAGES_PER_BIN = 20;
/** Rarer values say nothing about a class (and are often one patient's, or one camera's) and go into one bin. */
const RARE_BELOW = 10;

/** A column as bin numbers, `0 … count - 1`. */
export interface BinnedColumn {
  readonly bins: Uint16Array;
  readonly count: number;
}

/** Names, and numbers that take few values, get a bin for each value; other numbers bins of about equal filling. */
export function binColumn(values: readonly (number | string)[]): BinnedColumn {
  const limit = Math.max(2, Math.min(MOST_BINS, Math.floor(values.length / IMAGES_PER_BIN)));
  const numbers = values.filter((value) => typeof value === "number");
  const areNumbers = numbers.length === values.length;
  return areNumbers && new Set(numbers).size > limit ? binByRank(numbers, limit) : binByValue(values);
}

function binByRank(values: readonly number[], limit: number): BinnedColumn {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.floor((part * sorted.length) / limit)] as number;
  const edges = [...new Set(Array.from({ length: limit - 1 }, (_, part) => at(part + 1)))];
  const bins = Uint16Array.from(values, (value) => edges.filter((edge) => edge <= value).length);
  return { bins, count: edges.length + 1 };
}

function binByValue(values: readonly (number | string)[]): BinnedColumn {
  const sizes = new Map<number | string, number>();
  for (const value of values) sizes.set(value, (sizes.get(value) ?? 0) + 1);
  const common = [...sizes].filter(([, size]) => size >= RARE_BELOW).map(([value]) => value);
  const numbers = new Map(common.map((value, index) => [value, index]));
  const bins = Uint16Array.from(values, (value) => numbers.get(value) ?? common.length);
  return { bins, count: common.length === sizes.size ? common.length : common.length + 1 };
}
