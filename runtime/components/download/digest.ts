/** The refusal of a file that is not the pinned one. */
import { fileDigest } from "../../../files/intact.js";
import { ThawError } from "../../../spec/errors.js";

/**
 * @param what names the package and version
 * @throws ThawError PROVISION_FAILED when the file is not the pinned one
 */
export async function checkDigest(path: string, pinned: string, what: string): Promise<void> {
  const actual = await fileDigest(path);
  if (actual === pinned) return;
  throw new ThawError(
    "PROVISION_FAILED",
    `${what} has the SHA-256 ${actual}, but ${pinned} is pinned; nothing was installed`,
    { hint: "a proxy or mirror may have changed the file: use another one, or run the command again" },
  );
}
