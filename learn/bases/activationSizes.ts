/** How large the activations of a set of images are, what it costs to compute them again, and which are worth keeping. */
import { type Architecture, groupIndex } from "./architecture.js";
import { multiplyAddsBelow } from "./cost.js";
import { extentAt } from "./extent.js";

/** A file that may be kept for the stages that train. */
export interface KeepCandidate {
  /** Of the layer group that it enters; {@link PIXELS} for the views themselves. */
  readonly name: string;
  /** Of the whole file. */
  readonly bytes: number;
  /** Of one view, in multiply-adds. */
  readonly cost: number;
}

export const PIXELS = "pixels";

/** Decoding and drawing a view takes about half of a pass of EfficientNet-Lite0 (docs/performance.md), which has 390 million. */
const RENDER_COST = 200e6;

/** @param rows views of all images @param numberBytes of one number: 4, or 2 in bfloat16 @param side of the input in pixels */
export function boundaryCandidate(
  architecture: Architecture,
  side: number,
  name: string,
  rows: number,
  numberBytes: number,
): KeepCandidate {
  const group = groupIndex(architecture, name);
  const extent = extentAt(architecture, group, side);
  return {
    name,
    bytes: rows * extent.side ** 2 * extent.channels * numberBytes,
    cost: RENDER_COST + multiplyAddsBelow(architecture, group, side),
  };
}

/** @param rows views of all images @param side of the input in pixels */
export function pixelCandidate(side: number, rows: number): KeepCandidate {
  return { name: PIXELS, bytes: rows * side ** 2 * 3, cost: RENDER_COST };
}

/**
 * Those whose computation again costs most for their bytes come first; one that does not fit leaves its room to the next.
 * @param within bytes that all kept files may have together
 * @param free bytes that may be written
 * @param there names of files that are there, which need nothing written
 */
export function chooseKept(
  candidates: readonly KeepCandidate[],
  within: number,
  free: number,
  there: ReadonlySet<string> = new Set(),
): readonly KeepCandidate[] {
  let [bytes, written] = [0, 0];
  return candidates
    .toSorted((a, b) => b.cost / b.bytes - a.cost / a.bytes)
    .filter((one) => {
      const more = there.has(one.name) ? 0 : one.bytes;
      if (bytes + one.bytes > within || written + more > free) return false;
      bytes += one.bytes;
      written += more;
      return true;
    });
}
