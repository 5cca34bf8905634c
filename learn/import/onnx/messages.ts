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
  /** A varint or a fixed number as bytes of a 64-bit one; of a text or a message its bytes. */
  readonly bytes: Buffer;
  readonly isNumber: boolean;
}

/** @throws ThawError by `invalid` where the message is damaged */
export function* fieldsOf(message: Buffer, { spend, invalid }: Reading): Generator<Field> {
  let at = 0;
  const take = (length: number): Buffer => {
    if (at + length > message.length) throw invalid("it ends in the middle of a message");
    at += length;
    return message.subarray(at - length, at);
  };
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = take(1)[0] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw invalid("a number in it has no end");
  };
  while (at < message.length) {
    spend(COSTS.pair);
    const tag = Number(varint());
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        yield { number, bytes: bytesOf(varint()), isNumber: true };
        break;
      case 1:
        yield { number, bytes: take(8), isNumber: true };
        break;
      case 2: {
        const length = varint();
        if (length > BigInt(message.length)) throw invalid("it ends in the middle of a message");
        yield { number, bytes: take(Number(length)), isNumber: false };
        break;
      }
      case 5:
        yield { number, bytes: Buffer.concat([take(4), Buffer.alloc(4)]), isNumber: true };
        break;
      default:
        throw invalid("a field in it is of no kind");
    }
  }
}

function bytesOf(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

/** A whole number with its sign; numbers beyond everything become NaN, which fits nothing. */
export function integerOf({ bytes, isNumber }: Field): number {
  const value = isNumber ? Number(bytes.readBigInt64LE()) : Number.NaN;
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

/** Of a repeated field: a number of its own, or many packed into one. */
export function integersOf(field: Field, reading: Reading): readonly number[] {
  if (field.isNumber) return [integerOf(field)];
  const found: number[] = [];
  let [value, shift] = [0n, 0n];
  for (const byte of field.bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (shift > 70n) throw reading.invalid("a number in it has no end");
    if (byte >= 0x80) continue;
    reading.spend(COSTS.entry);
    found.push(Number(BigInt.asIntN(64, value)));
    [value, shift] = [0n, 0n];
  }
  return found;
}

export function textOf({ bytes }: Field, { spend }: Reading): string {
  spend(COSTS.text + COSTS.character * bytes.length);
  return bytes.toString("utf8");
}
