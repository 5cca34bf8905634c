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

/**
 * Copied at a time. Neighbouring rows of a set in shards are in different files, since those go by digests: of as many rows as this
 * holds – 3,000 of features – a file is opened once, and they are written together.
 */
const COPIED_BYTES = 16_000_000;
/** At most, of a number. */
const NUMBER_BYTES = 4;

/**
 * @param known for every row where it lies, or undefined where it is computed
 * @param copied bytes at a time, at least a row
 */
export function mergeRows(
  files: readonly MergedFile[],
  known: readonly (KnownRow | undefined)[],
  copied = COPIED_BYTES,
): RowMerger {
  let position = 0;
  /** Rows from `position` on for which it holds, at most so many. */
  const runOf = (holds: (row: KnownRow | undefined) => boolean, most: number): number => {
    let count = 0;
    while (count < most && position + count < known.length && holds(known[position + count])) count++;
    return count;
  };
  const longest = Math.max(1, ...files.map(({ length }) => length));
  const most = Math.max(1, Math.floor(copied / (NUMBER_BYTES * longest)));
  const copy = async (): Promise<void> => {
    while (known[position] !== undefined) {
      const count = runOf((row) => row !== undefined, most);
      const rows = known.slice(position, position + count) as KnownRow[];
      for (const file of files) await file.writer.write(position, gathered(file, rows));
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

/** The records of those rows, in their order; each set is read once. */
export function gathered(
  { length, sources }: MergedFile,
  rows: readonly KnownRow[],
): Float32Array | Uint8Array {
  const places = new Map<number, number[]>();
  rows.forEach(({ set }, place) => {
    const own = places.get(set);
    if (own === undefined) places.set(set, [place]);
    else own.push(place);
  });
  let all: Float32Array | Uint8Array | undefined;
  for (const [set, own] of places) {
    const part = (sources[set] as MergedFile["sources"][number]).gather(
      own.map((place) => (rows[place] as KnownRow).row),
    );
    if (places.size === 1) return part;
    all ??=
      part instanceof Float32Array
        ? new Float32Array(rows.length * length)
        : new Uint8Array(rows.length * length);
    for (const [index, place] of own.entries())
      all.set(part.subarray(index * length, (index + 1) * length), place * length);
  }
  return all ?? new Float32Array(0);
}
