/** How the EfficientNets are made wider and deeper (Tan & Le, ICML 2019). */

/** A multiple of 8. @param lowest share of the scaled channels that rounding leaves at least */
export function scaleChannels(channels: number, width: number, lowest = 0.9): number {
  const scaled = channels * width;
  const rounded = Math.max(8, Math.floor((scaled + 4) / 8) * 8);
  return rounded < lowest * scaled ? rounded + 8 : rounded;
}

export const scaleRepeats = (repeats: number, depth: number): number => Math.ceil(repeats * depth);
