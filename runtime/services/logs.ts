/** Log files of the services: opened for appending, kept from growing without end, read from behind. */
import { closeSync, fstatSync, openSync, readSync, renameSync, statSync } from "node:fs";

/** A log that has grown beyond this is put aside as `NAME.log.1` when its service starts anew. */
const KEEP_BYTES = 20e6;
/** Enough for the last lines of any log of ours. */
const TAIL_BYTES = 16_384;

export interface OpenLog {
  readonly descriptor: number;
  /** Where this life of the service begins in the file, in bytes. */
  readonly offset: number;
}

export function openLog(file: string): OpenLog {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > KEEP_BYTES) renameSync(file, `${file}.1`);
  const descriptor = openSync(file, "a", 0o600);
  return { descriptor, offset: size > KEEP_BYTES ? 0 : size };
}

/** What was written from `offset` on; the empty string when there is no such file. */
export function readFrom(file: string, offset: number): string {
  return slice(file, (size) => [offset, size]);
}

/** The last lines that are not empty. */
export function lastLines(file: string, count: number): string[] {
  const text = slice(file, (size) => [Math.max(0, size - TAIL_BYTES), size]);
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-count);
}

function slice(file: string, range: (size: number) => [number, number]): string {
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch {
    return "";
  }
  try {
    const [from, to] = range(fstatSync(descriptor).size);
    const buffer = Buffer.alloc(Math.max(0, to - from));
    return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, from)).toString("utf8");
  } finally {
    closeSync(descriptor);
  }
}
