/** Cuts from a shared library what only debuggers and linkers read: a quarter of libtensorflow's bytes. */

// Offsets in the 64-bit ELF header and in an entry of its program header table, after elf(5).
const HEADER_BYTES = 64;
const E_PHOFF = 32;
const E_SHOFF = 40;
const E_PHENTSIZE = 54;
const E_PHNUM = 56;
const E_SHNUM = 60;
const E_SHSTRNDX = 62;
const P_OFFSET = 8;
const P_FILESZ = 32;

/** Bytes from the file's start to the end of its program header table. */
const tableEnd = (head: Buffer): number =>
  Number(head.readBigUInt64LE(E_PHOFF)) + head.readUInt16LE(E_PHENTSIZE) * head.readUInt16LE(E_PHNUM);

/** Bytes from the file's start to the end of the last segment: what the dynamic loader reads. */
function segmentsEnd(head: Buffer): number {
  const size = head.readUInt16LE(E_PHENTSIZE);
  const first = Number(head.readBigUInt64LE(E_PHOFF));
  const ends = Array.from({ length: head.readUInt16LE(E_PHNUM) }, (_, index) => {
    const at = first + index * size;
    return Number(head.readBigUInt64LE(at + P_OFFSET) + head.readBigUInt64LE(at + P_FILESZ));
  });
  return Math.max(...ends);
}

/** Says that there is no section table: it lies behind the segments and is cut off. */
function withoutSections(head: Buffer): Buffer {
  const header = Buffer.from(head);
  header.writeBigUInt64LE(0n, E_SHOFF);
  header.writeUInt16LE(0, E_SHNUM);
  header.writeUInt16LE(0, E_SHSTRNDX);
  return header;
}

/**
 * The library up to the end of its last segment. Symbols for dynamic linking lie inside the segments and
 * stay; the static symbol table behind them goes (`strip` does the same, but needs the whole file first).
 * @param bytes a little-endian 64-bit ELF file
 */
export async function* loadedPart(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head = Buffer.alloc(0);
  let end = Number.POSITIVE_INFINITY;
  let written = 0;
  for await (const chunk of bytes) {
    let next = chunk;
    if (end === Number.POSITIVE_INFINITY) {
      head = Buffer.concat([head, chunk]);
      if (head.length < HEADER_BYTES || head.length < tableEnd(head)) continue;
      end = segmentsEnd(head);
      next = withoutSections(head);
    }
    yield next.subarray(0, end - written);
    written += next.length;
    if (written >= end) return;
  }
  throw new Error("the shared library ends before its last segment");
}
