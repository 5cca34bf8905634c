/** How large a manifest may be, checked on its bytes before anything is made of them. */
import { MAX_MANIFEST_BYTES } from "../../spec/images/objects.js";
import { openRegular } from "./openFile.js";

/** ImageNet has 1.3 million images; each row is kept in memory until the source is digested, about half a kilobyte. */
const MAX_LINES = 2_000_000;
/** Bytes; a path has at most 4096 on Linux. */
const MAX_LINE = 100_000;
const CHUNK = 4_000_000;
const NEWLINE = 10;
const CARRIAGE_RETURN = 13;

/** Makes the error about a line, or about the manifest as a whole. */
export type Refusal = (line: number | undefined, what: string) => Error;

/**
 * The bytes of a manifest on this machine, which is refused as soon as a bound is passed.
 * @throws what `refuse` makes
 */
export async function readManifestFile(path: string, refuse: Refusal): Promise<Buffer> {
  const { handle, size } = await openRegular(path).catch((error: NodeJS.ErrnoException) => {
    throw refuse(undefined, `it cannot be read (${error.code})`);
  });
  try {
    if (size > MAX_MANIFEST_BYTES) throw tooLarge(size, refuse);
    const bytes = Buffer.allocUnsafe(size);
    const check = lineBounds(refuse);
    let filled = 0;
    while (filled < size) {
      const { bytesRead } = await handle.read(bytes, filled, Math.min(CHUNK, size - filled), filled);
      if (bytesRead === 0) break;
      check(bytes.subarray(filled, filled + bytesRead));
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } finally {
    await handle.close();
  }
}

/** As {@link readManifestFile}, for bytes that are in memory. */
export function checkManifestBytes(bytes: Uint8Array, refuse: Refusal): Uint8Array {
  if (bytes.length > MAX_MANIFEST_BYTES) throw tooLarge(bytes.length, refuse);
  lineBounds(refuse)(bytes);
  return bytes;
}

function tooLarge(size: number, refuse: Refusal): Error {
  const most = `a manifest has at most ${MAX_MANIFEST_BYTES / 1e6} MB`;
  return refuse(undefined, `it has ${Math.round(size / 1e6)} MB, but ${most}`);
}

/** Called with one part of the bytes after the other. */
function lineBounds(refuse: Refusal): (part: Uint8Array) => void {
  let line = 1;
  let length = 0;
  return (part) => {
    for (const byte of part) {
      length += 1;
      if (byte === NEWLINE || byte === CARRIAGE_RETURN) length = 0;
      if (byte === NEWLINE) line += 1;
      if (length > MAX_LINE) throw refuse(line, `the line is longer than ${MAX_LINE / 1000} kB`);
      if (line > MAX_LINES + 1) throw refuse(undefined, `it has more than ${MAX_LINES / 1e6} million lines`);
    }
  };
}
