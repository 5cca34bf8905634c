/** Files of fixed-size float32 or uint8 records: cached activations, features and pixels of image views. */

import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

export type ElementType = "float32" | "uint8";

const BYTES: Readonly<Record<ElementType, number>> = { float32: 4, uint8: 1 };

/** Shape of one record, e.g. `[7, 7, 192]`, and its element type. */
export interface RecordFormat {
  readonly shape: readonly number[];
  readonly type: ElementType;
}

export function recordLength(format: RecordFormat): number {
  return format.shape.reduce((product, extent) => product * extent, 1);
}

export interface SampleWriter {
  /** Writes consecutive records starting at record `first`. */
  write(first: number, values: Float32Array | Uint8Array): Promise<void>;
  /** @returns SHA-256 of what was written, hex; undefined where it was not written from its beginning to its end */
  close(): Promise<string | undefined>;
}

export async function createSamples(path: string, format: RecordFormat): Promise<SampleWriter> {
  const handle: FileHandle = await open(path, "w");
  const bytes = recordLength(format) * BYTES[format.type];
  const hash = createHash("sha256");
  let [hashed, inOrder] = [0, true];
  return {
    write: async (first, values) => {
      const data = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
      if (first * bytes === hashed) hash.update(data);
      else inOrder = false;
      hashed += data.length;
      // A write may be cut short without an error, e.g. where the disk is nearly full.
      for (let done = 0; done < data.length; ) {
        const { bytesWritten } = await handle.write(data, done, data.length - done, first * bytes + done);
        done += bytesWritten;
      }
    },
    close: async () => {
      await handle.close();
      return inOrder ? hash.digest("hex") : undefined;
    },
  };
}

/** An open file of records. Reads are synchronous: a batch comes out of the page cache in about a millisecond. */
export interface Samples {
  readonly format: RecordFormat;
  readonly count: number;
  /** The records at `indices`, one after the other. */
  gather(indices: readonly number[]): Float32Array | Uint8Array;
  close(): void;
}

export function openSamples(path: string, format: RecordFormat): Samples {
  const descriptor = openSync(path, "r");
  const length = recordLength(format);
  const bytes = length * BYTES[format.type];
  return {
    format,
    count: Math.floor(fstatSync(descriptor).size / bytes),
    gather: (indices) => {
      const buffer = new ArrayBuffer(indices.length * bytes);
      const data = new Uint8Array(buffer);
      indices.forEach((index, row) => {
        const read = readSync(descriptor, data, row * bytes, bytes, index * bytes);
        if (read !== bytes) throw new Error(`record ${index} of ${path} is cut short`);
      });
      return format.type === "float32" ? new Float32Array(buffer) : data;
    },
    close: () => closeSync(descriptor),
  };
}
