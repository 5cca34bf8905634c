/** SHA-256 of files, and the refusal of a file that is not the pinned one. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { ThawError } from "../../../spec/errors.js";

/** Lower-case hex digest of a file's bytes. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), hash);
  return hash.digest("hex");
}

/**
 * @param what names the package and version
 * @throws ThawError PROVISION_FAILED when the file is not the pinned one
 */
export async function checkDigest(path: string, pinned: string, what: string): Promise<void> {
  const actual = await sha256OfFile(path);
  if (actual === pinned) return;
  throw new ThawError(
    "PROVISION_FAILED",
    `${what} has the SHA-256 ${actual}, but ${pinned} is pinned; nothing was installed`,
    { hint: "a proxy or mirror may have changed the file: use another one, or run the command again" },
  );
}
