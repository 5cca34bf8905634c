/** Writes sample files in the order of their rows: known rows out of earlier files, the others as they are computed. */
import type { Samples, SampleWriter } from "./files.js";
import type { KnownRow } from "./known.js";

/** A file that is written, and the earlier files of the same format that its known rows lie in, by set. */
export interface MergedFile {
  readonly writer: SampleWriter;
  /** Elements of one record. */
  readonly length: number;
  readonly sources: readonly Pick<Samples, "gather" | "close">[];
}

export interface RowMerger {
  /** @param values of each file the records of the next rows that are not known, one after the other */
  add(values: readonly (Float32Array | Uint8Array)[]): Promise<void>;
  /** Copies what is left; nothing is to be computed any more. */
  finish(): Promise<void>;
}

/** Rows copied at a time: 3 MB of the largest activations that are kept. */
const COPIED = 32;

/** @param known for every row where it lies, or undefined where it is computed */
export function mergeRows(files: readonly MergedFile[], known: readonly (KnownRow | undefined)[]): RowMerger {
  let position = 0;
  /** Rows from `position` on for which it holds, at most so many. */
  const runOf = (holds: (row: KnownRow | undefined) => boolean, most: number): number => {
    let count = 0;
    while (count < most && position + count < known.length && holds(known[position + count])) count++;
    return count;
  };
  const copy = async (): Promise<void> => {
    for (let first = known[position]; first !== undefined; first = known[position]) {
      const { set } = first;
      const count = runOf((row) => row?.set === set, COPIED);
      const rows = known.slice(position, position + count).map((row) => (row as KnownRow).row);
      for (const { writer, sources } of files) {
        await writer.write(position, (sources[set] as MergedFile["sources"][number]).gather(rows));
      }
      position += count;
    }
  };
  return {
    add: async (values) => {
      const [first] = files;
      const total = first === undefined ? 0 : (values[0]?.length ?? 0) / first.length;
      for (let done = 0; done < total; ) {
        await copy();
        const count = runOf((row) => row === undefined, total - done);
        if (count === 0) throw new RangeError(`${total - done} more rows than are wanted`);
        for (const [index, { writer, length }] of files.entries()) {
          const own = values[index] as Float32Array;
          await writer.write(position, own.subarray(done * length, (done + count) * length));
        }
        position += count;
        done += count;
      }
    },
    finish: async () => {
      await copy();
      if (position !== known.length)
        throw new RangeError(`${known.length - position} rows were not computed`);
    },
  };
}
