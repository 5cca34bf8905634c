/** Files of a folder that cannot be read: what stands for one in place of its digest, and why, in words. */

/** Errors that are the file's own. One of the machine, such as too many open files, says nothing of the file. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "it is a link to nowhere, or went away while the folder was read",
  ENOTDIR: "it is a link to nowhere",
  ELOOP: "it is a link that leads in a circle",
  EACCES: "it may not be read: its permissions forbid it",
  EPERM: "it may not be read: its permissions forbid it",
  EIO: "the disk cannot read it (EIO)",
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
  return code !== undefined && Object.hasOwn(REASONS, code) ? `${MARK}${code}` : undefined;
}

/** Why the file cannot be read; undefined for the digest of one that can. */
export function whyUnreadable(digest: string | undefined): string | undefined {
  return digest?.startsWith(MARK) ? REASONS[digest.slice(MARK.length)] : undefined;
}
