/** Random erasing (Zhong et al., "Random erasing data augmentation", AAAI 2020): a rectangle of a view is painted over. */
import type { RandomStream } from "../../rng/stream.js";

/** Shares of the area and ratios of height to width, as torchvision's RandomErasing has them (the paper: to 0.4). */
const AREA = { from: 0.02, to: 0.33 };
const LARGEST_RATIO = 1 / 0.3;

/** A rectangle inside a square view; all values are shares of its side, the position is that of the first corner. */
export interface ErasedArea {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/**
 * Area uniform, ratio uniform in its logarithm, position uniform where the rectangle fits. The paper draws again
 * when a side is too long; here that side becomes the view's, which happens to few and the longest ones only.
 * @param stream its numbers from `first` on are used, four of them
 */
export function erasedArea(stream: RandomStream, first: number): ErasedArea {
  const area = AREA.from + (AREA.to - AREA.from) * stream.uniform(first);
  const ratio = LARGEST_RATIO ** (2 * stream.uniform(first + 1) - 1);
  const height = Math.min(1, Math.sqrt(area * ratio));
  const width = Math.min(1, Math.sqrt(area / ratio));
  return {
    height,
    width,
    top: (1 - height) * stream.uniform(first + 2),
    left: (1 - width) * stream.uniform(first + 3),
  };
}

/**
 * Paints the rectangle with the view's own mean colour: of the paper's fillings the one that adds no edge of a
 * colour that a scan or a drawing never has.
 * @param view `[size, size, 3]` RGB bytes, changed in place
 */
export function eraseArea(view: Uint8Array, size: number, { top, left, height, width }: ErasedArea): void {
  const sums = [0, 0, 0];
  for (let i = 0; i < view.length; i++) sums[i % 3] = (sums[i % 3] as number) + (view[i] as number);
  const mean = sums.map((sum) => Math.round((3 * sum) / view.length));
  const [firstRow, lastRow] = [Math.round(top * size), Math.round((top + height) * size)];
  const [firstColumn, lastColumn] = [Math.round(left * size), Math.round((left + width) * size)];
  for (let row = firstRow; row < lastRow; row++) {
    for (let column = firstColumn; column < lastColumn; column++) {
      view.set(mean, (row * size + column) * 3);
    }
  }
}
