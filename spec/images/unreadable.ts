/** Files of a folder that cannot be read: what stands for one in place of its digest, and why, in words. */

/** In place of a code of the system's: a file that may wait or go on for ever. */
export const NOT_REGULAR = "NOT_REGULAR";
/** In place of a code of the system's: a file outside of the folder that images are read from. */
export const OUTSIDE = "OUTSIDE";
/** In place of a code of the system's: a file of more than {@link MAX_IMAGE_BYTES}. */
export const TOO_LARGE = "TOO_LARGE";
/** A file is read whole. The largest allowed image, 134 million pixels, is about 100 MB as a JPEG of best quality. */
export const MAX_IMAGE_BYTES = 256_000_000;

/** Errors that are the file's own. One of the machine, such as too many open files, says nothing of the file. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "it is a link to nowhere, or went away while the folder was read",
  ENOTDIR: "it is a link to nowhere",
  ELOOP: "it is a link that leads in a circle",
  EACCES: "it may not be read: its permissions forbid it",
  EPERM: "it may not be read: its permissions forbid it",
  EIO: "the disk cannot read it (EIO)",
  [NOT_REGULAR]: "it is a pipe, socket or device, no file",
  [TOO_LARGE]: `the file has more than ${MAX_IMAGE_BYTES / 1e6} MB, the most that is read of an image`,
  [OUTSIDE]: "it leads out of the folder that images are read from",
};

/** A digest has no colon, so the two cannot be mistaken. */
const MARK = "unreadable:";

/** What the digest of a file or its mark looks like. */
export const DIGEST_OR_MARK = new RegExp(`^([0-9a-f]{64}|${MARK}(${Object.keys(REASONS).join("|")}))$`);

/**
 * Stands for the file in the source's identity: the same for as long as it cannot be read.
 * @param code of the system's error
 * @returns undefined when the error is not the file's own
 */
export function unreadableMark(code: string | undefined): string | undefined {
  return reasonOfCode(code) === undefined ? undefined : `${MARK}${code}`;
}

/** Why the file cannot be read; undefined for the digest of one that can. */
export function whyUnreadable(digest: string | undefined): string | undefined {
  return digest?.startsWith(MARK) ? REASONS[digest.slice(MARK.length)] : undefined;
}

/** What an error's code says of the file; undefined when it is not the file's own. */
export function reasonOfCode(code: string | undefined): string | undefined {
  return code !== undefined && Object.hasOwn(REASONS, code) ? REASONS[code] : undefined;
}
