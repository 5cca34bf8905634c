/** A progress bar that can be told from its rest without colour: heavy line done, light line to do. */
import type { Colours } from "../terminal/colours.js";

/** @param share in [0, 1]; values outside are clamped */
export function progressBar(share: number, width: number, colours: Colours): string {
  // A bar is full only when all is done.
  const done = share >= 1 ? width : Math.min(width - 1, Math.floor(Math.max(0, share) * width));
  return colours.cyan("━".repeat(done)) + colours.dim("─".repeat(width - done));
}
