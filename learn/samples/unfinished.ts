/** Sample files that are being written, and rows of them that are computed before their turn, because something is decided by them. */
import { rm } from "node:fs/promises";
import { openSamples, type RecordFormat, recordLength, type SampleWriter } from "./files.js";
import type { KnownRow } from "./known.js";
import type { MergedFile } from "./merge.js";

/** A file that is being written. */
export interface UnfinishedFile extends MergedFile {
  /** What is written to until it is whole. */
  readonly part: string;
  readonly format: RecordFormat;
  /** One that has given way takes what comes, and has nothing to be read. */
  readonly writer: SampleWriter & { readonly isGone?: () => boolean };
}

/**
 * Rows to compute first: those wanted that are not known, and as many of the others as make their last batch whole.
 * @param known for every row where it lies, or undefined where it is computed
 */
export function rowsAhead(
  wanted: readonly number[],
  known: readonly (KnownRow | undefined)[],
  batch: number,
): readonly number[] {
  const first = wanted.filter((row) => known[row] === undefined);
  const those = new Set(first);
  const missing = (batch - (first.length % batch)) % batch;
  const others = [...known.keys()].filter((row) => known[row] === undefined && !those.has(row));
  return [...first, ...others.slice(0, missing)];
}

/** @param values of each file the records of the rows, one after the other */
export async function writeAhead(
  files: readonly UnfinishedFile[],
  rows: readonly number[],
  values: readonly (Float32Array | Uint8Array)[],
): Promise<void> {
  for (const [index, { writer, length }] of files.entries()) {
    const own = values[index] as Float32Array;
    for (const [place, row] of rows.entries())
      await writer.ahead(row, own.subarray(place * length, (place + 1) * length));
  }
}

/** The file as its own last source: what was written ahead is known, and is written once more in its turn. */
export function withItself<File extends UnfinishedFile>(file: File): File {
  const { part, format, writer, sources } = file;
  let own = writer.isGone?.() ? undefined : openSamples(part, format);
  const gather = (rows: readonly number[]): Float32Array | Uint8Array => {
    // A disk that fills up meanwhile takes the file: then its writer takes anything.
    if (writer.isGone?.()) return new Float32Array(rows.length * recordLength(format));
    if (own === undefined) throw new RangeError(`${part} is not open any more`);
    return own.gather(rows);
  };
  const close = (): void => {
    own?.close();
    own = undefined;
  };
  return { ...file, sources: [...sources, { gather, close }] };
}

export function closeSources(files: readonly MergedFile[]): void {
  for (const { sources } of files) for (const samples of sources) samples.close();
}

/** They come to nothing. */
export async function forget(files: readonly UnfinishedFile[]): Promise<void> {
  closeSources(files);
  await Promise.allSettled(files.map(({ writer }) => writer.close()));
  await Promise.allSettled(files.map(({ part }) => rm(part, { force: true })));
}
