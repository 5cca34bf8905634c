/** How fast the frozen base computes on this machine, from the times of its batches. */
import { availableParallelism, cpus } from "node:os";
import type { PassSpeed } from "../../spec/records/features.js";
import { computingDevice } from "../engine.js";

/**
 * The median, because a machine may have other work: one disturbed batch does not move it.
 * @param seconds of each batch, in order; the first one, in which TensorFlow prepares itself, is left out
 * @param images of a batch
 * @param machine in words
 * @returns undefined for fewer than two batches
 */
export function passSpeed(
  seconds: readonly number[],
  images: number,
  machine: string = thisMachine(),
): PassSpeed | undefined {
  const sorted = seconds.slice(1).sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  const [low, high] = [
    sorted[Math.ceil(sorted.length / 2) - 1] ?? 0,
    sorted[Math.floor(sorted.length / 2)] ?? 0,
  ];
  const middle = (low + high) / 2;
  return middle > 0 ? { viewsPerSecond: images / middle, batches: sorted.length, machine } : undefined;
}

/** TensorFlow.js does not say which GPU it computes on. */
function thisMachine(): string {
  if (computingDevice() === "gpu") return "a GPU";
  const count = availableParallelism();
  // Some kernels, and most on ARM, do not say what the processor is called.
  const model = cpus()[0]?.model.replace(/\s+/g, " ").trim();
  const name = model === undefined || model === "" || model === "unknown" ? process.arch : model;
  return `${count} ${count === 1 ? "processor" : "processors"}, ${name}`;
}

/** @param done views of those to be computed, in so many seconds */
export function passProgress(done: number, total: number, seconds: number) {
  return {
    phase: "frozen layers",
    step: done,
    total,
    imagesPerSecond: Math.round(done / seconds),
    etaSeconds: Math.round((seconds / done) * (total - done)),
  };
}
