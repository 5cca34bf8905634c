/** Protocol buffers as bytes: fields one after another (the wire format of protobuf), every one of them counted. */
import type { ThawError } from "../../../spec/errors.js";
import { COSTS, type Spend } from "../budget.js";

/** What reading a file may cost, and how its faults are told. */
export interface Reading {
  readonly spend: Spend;
  readonly invalid: (what: string, hint?: string) => ThawError;
}

export interface Field {
  readonly number: number;
  /** A whole number; NaN for what is none, and for those beyond ±2^53, which fit nothing. */
  readonly value: number;
  /** Of a text, a message, packed numbers, or a float; empty for a whole number. */
  readonly bytes: Buffer;
}

const NO_BYTES = Buffer.alloc(0);
/** Of a number of 64 bits, seven in each. */
const MOST_VARINT = 10;

/** @throws ThawError by `invalid` where the message is damaged */
export function* fieldsOf(message: Buffer, { spend, invalid }: Reading): Generator<Field> {
  let at = 0;
  const take = (length: number): Buffer => {
    if (!(at + length <= message.length)) throw invalid("it ends in the middle of a message");
    at += length;
    return message.subarray(at - length, at);
  };
  const varint = (): number => {
    const { value, end } = varintAt(message, at, invalid);
    at = end;
    return value;
  };
  const signed = (): number => {
    const { value, end } = signedAt(message, at, invalid);
    at = end;
    return value;
  };
  while (at < message.length) {
    spend(COSTS.pair);
    const tag = varint();
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        yield { number, value: signed(), bytes: NO_BYTES };
        break;
      case 1:
        yield { number, value: Number.NaN, bytes: take(8) };
        break;
      case 2:
        yield { number, value: Number.NaN, bytes: take(varint()) };
        break;
      case 5:
        yield { number, value: Number.NaN, bytes: take(4) };
        break;
      default:
        throw invalid("a field in it is of no kind");
    }
  }
}

function varintAt(
  bytes: Buffer,
  start: number,
  invalid: Reading["invalid"],
): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let i = 0; i < MOST_VARINT; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) throw invalid("it ends in the middle of a message");
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value: Number.isSafeInteger(value) ? value : Number.NaN, end: start + i + 1 };
  }
  throw invalid("a number in it has no end");
}

/** Numbers below zero are ten bytes long, the last of which is one: two's complement of 64 bits. */
function signedAt(bytes: Buffer, start: number, invalid: Reading["invalid"]): ReturnType<typeof varintAt> {
  const { value, end } = varintAt(bytes, start, invalid);
  if (end - start < MOST_VARINT) return { value, end };
  let bits = 0n;
  for (let i = 0; i < MOST_VARINT; i++) bits |= BigInt((bytes[start + i] ?? 0) & 0x7f) << BigInt(7 * i);
  const below = Number(BigInt.asIntN(64, bits));
  return { value: Number.isSafeInteger(below) ? below : Number.NaN, end };
}

/** Of a repeated field: a number of its own, or many packed into one. */
export function integersOf({ value, bytes }: Field, { spend, invalid }: Reading): readonly number[] {
  if (bytes.length === 0) return [value];
  const found: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const one = signedAt(bytes, at, invalid);
    spend(COSTS.entry * (one.end - at));
    found.push(one.value);
    at = one.end;
  }
  return found;
}

/** Of a repeated field: a number of four bytes, or many packed into one. */
export function floatsOf({ bytes }: Field, { spend }: Reading): readonly number[] {
  const length = Math.floor(bytes.length / Float32Array.BYTES_PER_ELEMENT);
  spend(COSTS.entry * length);
  return Array.from({ length }, (_, i) => bytes.readFloatLE(i * Float32Array.BYTES_PER_ELEMENT));
}

export function textOf({ bytes }: Field, { spend }: Reading): string {
  spend(COSTS.text + COSTS.character * bytes.length);
  return bytes.toString("utf8");
}
