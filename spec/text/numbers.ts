/** Numbers that people write, read as they are meant: `0x10`, `Infinity` and blanks around are none. */

/** @returns undefined for anything but digits, and beyond the whole numbers that JavaScript holds */
export function wholeNumberOf(text: string): number | undefined {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** @returns undefined for anything but `12`, `0.5`, `.5` and `1e-5`, without a sign, and where it is infinite */
export function decimalNumberOf(text: string): number | undefined {
  const value = /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}
