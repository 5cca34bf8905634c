/** Little-endian numbers of an HDF5 file, none of them read from beyond its end. */
import type { ThawError } from "../../../spec/errors.js";
import type { Spend } from "../budget.js";

/** A file in memory, and what reading it may cost. */
export interface Bytes {
  readonly size: number;
  readonly spend: Spend;
  /** Makes the error for what is wrong with the file. */
  readonly invalid: (what: string, hint?: string) => ThawError;
  u8(at: number): number;
  u16(at: number): number;
  u32(at: number): number;
  /** An address or a length; undefined where all bits are set, which stands for none. */
  u64(at: number): number | undefined;
  slice(at: number, length: number): Buffer;
}

const NONE = 2n ** 64n - 1n;

export function bytesOf(file: Buffer, spend: Spend, invalid: Bytes["invalid"]): Bytes {
  const slice = (at: number, length: number): Buffer => {
    if (!(at >= 0 && length >= 0 && at + length <= file.length)) throw invalid("it ends in the middle");
    return file.subarray(at, at + length);
  };
  return {
    size: file.length,
    spend,
    invalid,
    slice,
    u8: (at) => slice(at, 1).readUInt8(),
    u16: (at) => slice(at, 2).readUInt16LE(),
    u32: (at) => slice(at, 4).readUInt32LE(),
    u64: (at) => {
      const value = slice(at, 8).readBigUInt64LE();
      if (value === NONE) return undefined;
      if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw invalid("an address in it lies beyond everything");
      return Number(value);
    },
  };
}

/** @throws ThawError by `bytes.invalid` where there has to be an address and is none */
export function addressAt(bytes: Bytes, at: number): number {
  const address = bytes.u64(at);
  if (address === undefined) throw bytes.invalid("an address in it is missing");
  return address;
}

/** @throws ThawError by `bytes.invalid` where something else begins there */
export function requireSignature(bytes: Bytes, at: number, signature: string): void {
  if (bytes.slice(at, signature.length).toString("latin1") !== signature)
    throw bytes.invalid(`there is no ${signature} at byte ${at}`);
}

/** How deep anything may lie: groups in groups, or nodes of a tree of them. */
export const DEEPEST = 24;
