/**
 * Object headers of HDF5: the messages that describe a group or a dataset (HDF5 File Format Specification 3.0,
 * IV.A.1). The first version is what h5py writes unless it is asked for newer ones; the second is read, too.
 */
import { COSTS } from "../budget.js";
import { addressAt, type Bytes, requireSignature } from "./bytes.js";

/** What a header says of a dataset that is no tensor of numbers that can be read. */
export interface OtherDataset {
  /** Why it cannot be read. */
  readonly fault: string;
}

export interface Message {
  readonly type: number;
  /** Where its data begin in the file, and how long they are. */
  readonly at: number;
  readonly length: number;
}

/** Types of messages, by their numbers in the specification. */
export const MESSAGES = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
} as const;

/** The message lies elsewhere: in no file of a framework. */
const SHARED = 2;

/** @throws ThawError by `bytes.invalid` when it is damaged */
export function messagesAt(bytes: Bytes, header: number): readonly Message[] {
  bytes.spend(COSTS.call);
  return bytes.u8(header) === 1 ? firstVersion(bytes, header) : secondVersion(bytes, header);
}

/** Stretches of messages, each of which may name further ones. A header that names one twice is damaged. */
function allOf(
  bytes: Bytes,
  first: readonly [at: number, length: number],
  readIn: (at: number, end: number, found: (message: Message, flags: number) => void) => void,
): readonly Message[] {
  const messages: Message[] = [];
  const seen = new Set<number>();
  const open = [first];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [at, length] = next;
    if (seen.has(at)) throw bytes.invalid("a header in it goes round in a circle");
    seen.add(at);
    bytes.slice(at, length);
    readIn(at, at + length, (message, flags) => {
      bytes.spend(COSTS.pair);
      if (message.at + message.length > at + length) throw bytes.invalid("a message in it is cut short");
      if (message.type === MESSAGES.continuation) {
        open.push([addressAt(bytes, message.at), bytes.u64(message.at + 8) ?? bytes.size]);
      } else if ((flags & SHARED) === 0) messages.push(message);
    });
  }
  return messages;
}

function firstVersion(bytes: Bytes, header: number): readonly Message[] {
  return allOf(bytes, [header + 16, bytes.u32(header + 8)], (start, end, found) => {
    for (let at = start; at + 8 <= end; ) {
      const length = bytes.u16(at + 2);
      found({ type: bytes.u16(at), at: at + 8, length }, bytes.u8(at + 4));
      at += 8 + length;
    }
  });
}

const CHECKSUM = 4;

function secondVersion(bytes: Bytes, header: number): readonly Message[] {
  requireSignature(bytes, header, "OHDR");
  if (bytes.u8(header + 4) !== 2) throw bytes.invalid("a header in it has an unknown version");
  const flags = bytes.u8(header + 5);
  let at = header + 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
  const width = 1 << (flags & 3);
  const length = width === 8 ? bytes.u64(at) : Number(bytes.slice(at, width).readUIntLE(0, width));
  at += width;
  // Creation order, where it is kept, stands before a message's data.
  const before = flags & 4 ? 6 : 4;
  return allOf(bytes, [at, length ?? bytes.size], (start, end, found) => {
    const isFirst = start === at;
    if (!isFirst) requireSignature(bytes, start, "OCHK");
    const last = isFirst ? end : end - CHECKSUM;
    for (let place = isFirst ? start : start + 4; place + before <= last; ) {
      const size = bytes.u16(place + 1);
      found({ type: bytes.u8(place), at: place + before, length: size }, bytes.u8(place + 3));
      place += before + size;
    }
  });
}
