/**
 * What is in a group of an HDF5 file: names and where their objects' headers are (HDF5 File Format Specification 3.0,
 * III.A, III.B, III.D and IV.A.2.g). Links to other places of the file or to other files are left, never followed.
 */
import { COSTS } from "../budget.js";
import { addressAt, type Bytes, DEEPEST, requireSignature } from "./bytes.js";
import { MESSAGES, type Message } from "./header.js";

/** Names of a group's members, with the addresses of their headers. */
export type Members = readonly (readonly [name: string, header: number])[];

/** @returns undefined where the header is no group's @throws ThawError by `bytes.invalid` */
export function membersOf(bytes: Bytes, messages: readonly Message[]): Members | undefined {
  const table = messages.find(({ type }) => type === MESSAGES.symbolTable);
  if (table !== undefined) {
    return tableMembers(bytes, addressAt(bytes, table.at), addressAt(bytes, table.at + 8));
  }
  const info = messages.find(({ type }) => type === MESSAGES.linkInfo);
  if (info === undefined) return undefined;
  const hasIndex = (bytes.u8(info.at + 1) & 1) !== 0;
  if (bytes.u64(info.at + 2 + (hasIndex ? 8 : 0)) !== undefined) {
    throw bytes.invalid(
      "it has a group in the dense form of newer versions",
      "save it again with the defaults of Keras or h5py",
    );
  }
  return messages.filter(({ type }) => type === MESSAGES.link).flatMap((link) => linkMember(bytes, link));
}

/** A tree of nodes that list names; every node counts, and none is visited twice. */
function tableMembers(bytes: Bytes, tree: number, heap: number): Members {
  requireSignature(bytes, heap, "HEAP");
  const [length, names] = [bytes.u64(heap + 8) ?? 0, addressAt(bytes, heap + 24)];
  const texts = bytes.slice(names, length);
  const found: [string, number][] = [];
  const seen = new Set<number>();
  const visit = (node: number, depth: number): void => {
    if (seen.has(node) || depth > DEEPEST) throw bytes.invalid("a group in it goes round in a circle");
    seen.add(node);
    bytes.spend(COSTS.call);
    requireSignature(bytes, node, "TREE");
    if (bytes.u8(node + 4) !== 0) throw bytes.invalid("a group in it is damaged");
    const [level, count] = [bytes.u8(node + 5), bytes.u16(node + 6)];
    for (let i = 0; i < count; i++) {
      // Keys and children take turns, after the node's 24 bytes and the first key.
      const child = addressAt(bytes, node + 32 + 16 * i);
      if (level > 0) visit(child, depth + 1);
      else for (const [name, header] of leafMembers(bytes, child, texts, seen)) found.push([name, header]);
    }
  };
  visit(tree, 0);
  return found;
}

const LINKED = 2;
/** Names are not looked through for their ends any longer; those that tensors may have are far shorter. */
const LONGEST_NAME = 8192;

function leafMembers(bytes: Bytes, leaf: number, texts: Buffer, seen: Set<number>): Members {
  if (seen.has(leaf)) throw bytes.invalid("a group in it goes round in a circle");
  seen.add(leaf);
  requireSignature(bytes, leaf, "SNOD");
  const found: [string, number][] = [];
  const count = bytes.u16(leaf + 6);
  for (let i = 0; i < count; i++) {
    const entry = leaf + 8 + 40 * i;
    bytes.spend(COSTS.pair);
    if (bytes.u32(entry + 16) === LINKED) continue;
    const start = bytes.u64(entry) ?? texts.length;
    const name = texts.subarray(start, start + LONGEST_NAME);
    const end = name.indexOf(0);
    if (end < 0) throw bytes.invalid("a name in it is cut short, or without end");
    found.push([text(bytes, name.subarray(0, end)), addressAt(bytes, entry + 8)]);
  }
  return found;
}

/** Of the newer kind of group, with its members among its messages. */
function linkMember(bytes: Bytes, { at: start, length }: Message): Members {
  const flags = bytes.u8(start + 1);
  let at = start + 2;
  const isHard = (flags & 8) === 0 || bytes.u8(at) === 0;
  at += (flags & 8 ? 1 : 0) + (flags & 4 ? 8 : 0) + (flags & 16 ? 1 : 0);
  const width = 1 << (flags & 3);
  const size = width === 8 ? (bytes.u64(at) ?? bytes.size) : bytes.slice(at, width).readUIntLE(0, width);
  if (!isHard) return [];
  if (at + width + size + 8 > start + length) throw bytes.invalid("a link in it is cut short");
  return [[text(bytes, bytes.slice(at + width, size)), addressAt(bytes, at + width + size)]];
}

function text({ spend }: Bytes, name: Buffer): string {
  spend(COSTS.text + COSTS.character * name.length);
  return name.toString("utf8");
}
