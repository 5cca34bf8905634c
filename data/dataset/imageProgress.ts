/** Progress over images, with their rate and the time that is left. */
import type { Progress } from "../../spec/records/training.js";

/** Milliseconds between two reports of progress. */
const REPORT_EVERY = 500;

/** @returns to be called with the number of images that are done */
export function imageProgress(
  phase: string,
  total: number,
  onProgress: (progress: Progress) => void,
): (done: number) => void {
  const started = performance.now();
  let reported = 0;
  let told = 0;
  return (done) => {
    const now = performance.now();
    if (now - reported < REPORT_EVERY && done < total) return;
    reported = now;
    const seconds = (now - started) / 1000;
    onProgress({
      phase,
      step: done,
      total,
      imagesPerSecond: Math.round(done / seconds),
      etaSeconds: Math.round((seconds / done) * (total - done)),
      images: done - told,
    });
    told = done;
  };
}
