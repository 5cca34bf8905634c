/** Files of fixed-size float32, bfloat16 or uint8 records: cached activations, features and pixels of image views. */

import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { fromBfloat16, toBfloat16 } from "../bfloat16.js";

/** How elements lie in the file; bfloat16 is float32 in memory. */
export type ElementType = "float32" | "bfloat16" | "uint8";

const BYTES: Readonly<Record<ElementType, number>> = { float32: 4, bfloat16: 2, uint8: 1 };

/** Shape of one record, e.g. `[7, 7, 192]`, and its element type. */
export interface RecordFormat {
  readonly shape: readonly number[];
  readonly type: ElementType;
}

export function recordLength(format: RecordFormat): number {
  return format.shape.reduce((product, extent) => product * extent, 1);
}

/** Of one record in its file. */
export function recordBytes(format: RecordFormat): number {
  return recordLength(format) * BYTES[format.type];
}

export interface SampleWriter {
  /** Writes consecutive records starting at record `first`; those of a bfloat16 file are rounded to it. */
  write(first: number, values: Float32Array | Uint8Array): Promise<void>;
  /** Writes a record before its turn, so that it can be read: in its turn it has to be written again. */
  ahead(row: number, values: Float32Array | Uint8Array): Promise<void>;
  /** @returns SHA-256 of what was written, hex; undefined where it was not written from its beginning to its end */
  close(): Promise<string | undefined>;
}

/** @param records where known: the file is as long as it will be from the beginning, so that others see what is taken */
export async function createSamples(path: string, format: RecordFormat, records = 0): Promise<SampleWriter> {
  const handle: FileHandle = await open(path, "w");
  const bytes = recordBytes(format);
  if (records > 0) await handle.truncate(records * bytes);
  const hash = createHash("sha256");
  let [hashed, inOrder] = [0, true];
  const put = async (data: Buffer, place: number): Promise<void> => {
    // A write may be cut short without an error, e.g. where the disk is nearly full.
    for (let done = 0; done < data.length; ) {
      const { bytesWritten } = await handle.write(data, done, data.length - done, place + done);
      done += bytesWritten;
    }
  };
  return {
    write: async (first, values) => {
      const data = bytesOf(format, values);
      if (first * bytes === hashed) hash.update(data);
      else inOrder = false;
      hashed += data.length;
      await put(data, first * bytes);
    },
    ahead: (row, values) => put(bytesOf(format, values), row * bytes),
    close: async () => {
      await handle.close();
      return inOrder ? hash.digest("hex") : undefined;
    },
  };
}

function bytesOf({ type }: RecordFormat, values: Float32Array | Uint8Array): Buffer {
  const stored = type === "bfloat16" && values instanceof Float32Array ? toBfloat16(values) : values;
  return Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
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
  const bytes = recordBytes(format);
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
      if (format.type === "bfloat16") return fromBfloat16(new Uint16Array(buffer));
      return format.type === "float32" ? new Float32Array(buffer) : data;
    },
    close: () => closeSync(descriptor),
  };
}
