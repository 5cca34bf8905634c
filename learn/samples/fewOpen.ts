/** Many sample files of which a few are open at once: a system's limit of open files is often 1,024. */
import { openSamples, type RecordFormat, type Samples } from "./files.js";

const MOST_OPEN = 64;

/**
 * Each file is opened when it is read, and those that were read longest ago are closed for it.
 * @returns the samples in the order of the paths; an empty one and one that is not there differ when they are read
 */
export function fewOpen(
  paths: readonly string[],
  format: RecordFormat,
  most: number = MOST_OPEN,
): readonly Pick<Samples, "gather" | "close">[] {
  /** By index; the one that was read last comes last. */
  const open = new Map<number, Samples>();
  const close = (index: number): void => {
    open.get(index)?.close();
    open.delete(index);
  };
  const take = (index: number, path: string): Samples => {
    const samples = open.get(index) ?? openSamples(path, format);
    open.delete(index);
    open.set(index, samples);
    for (const [oldest] of open) {
      if (open.size <= most) break;
      close(oldest);
    }
    return samples;
  };
  return paths.map((path, index) => ({
    gather: (indices) => take(index, path).gather(indices),
    close: () => close(index),
  }));
}
