/** The one way to open files that strangers may have put there: regular ones only, and none outside of a folder. */
import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, open, realpath, stat } from "node:fs/promises";
import { sep } from "node:path";
import { NOT_REGULAR, OUTSIDE } from "../../spec/images/unreadable.js";

export interface OpenedFile {
  readonly handle: FileHandle;
  /** Bytes. No more are read, so that a file that grows, or one of /proc, has an end. */
  readonly size: number;
  /** Milliseconds. */
  readonly mtimeMs: number;
}

/**
 * Opening a pipe waits for a writer without O_NONBLOCK; O_NOFOLLOW, because links were followed before. Windows has
 * neither.
 */
const FLAGS =
  constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0) | (constants.O_NOCTTY ?? 0);

/**
 * Links are followed, and count as what they lead to.
 * @param within a folder without links in its path: what lies elsewhere is not opened
 * @throws Error with a code of the system's, {@link OUTSIDE}, or {@link NOT_REGULAR} for pipes, sockets and devices
 */
export async function openRegular(path: string, within?: string): Promise<OpenedFile> {
  const real = await realpath(path);
  if (within !== undefined && !isBelow(real, within)) throw fault(OUTSIDE, path);
  // Opening a device may already do something.
  requireRegular(await stat(real), path);
  const handle = await open(real, FLAGS);
  try {
    // It may have been replaced since.
    const found = await handle.stat();
    requireRegular(found, path);
    return { handle, size: found.size, mtimeMs: found.mtimeMs };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * Size and time of a file, without opening it; links count as what they lead to.
 * @throws Error as {@link openRegular}
 */
export async function lookAtRegular(
  path: string,
  within?: string,
): Promise<Pick<OpenedFile, "size" | "mtimeMs">> {
  const own = await lstat(path);
  const found = own.isSymbolicLink() ? await stat(path) : own;
  if (own.isSymbolicLink() && within !== undefined && !isBelow(await realpath(path), within)) {
    throw fault(OUTSIDE, path);
  }
  requireRegular(found, path);
  return { size: found.size, mtimeMs: found.mtimeMs };
}

/** The bytes that the file had when it was opened; closes it. */
export async function readOpened({ handle, size }: OpenedFile): Promise<Buffer> {
  try {
    return await readUpTo(handle, size);
  } finally {
    await handle.close();
  }
}

/** @returns fewer bytes where the file ends before */
export async function readUpTo(handle: FileHandle, size: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await handle.read(bytes, filled, size - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/** Whether a path is the folder or lies in it. Neither has links or `..` in it. */
export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}

function requireRegular(found: Stats, path: string): void {
  if (found.isFile()) return;
  throw fault(found.isDirectory() ? "EISDIR" : NOT_REGULAR, path);
}

function fault(code: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${path}`), { code, path });
}
