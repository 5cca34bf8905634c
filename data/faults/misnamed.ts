/** Images whose bytes are of another format than their name says. */
import { extname } from "node:path";

/** The decoder's name for the format that an extension promises; extensions not listed promise nothing. */
const FORMATS: Readonly<Record<string, string>> = {
  ".jpg": "jpeg",
  ".jpeg": "jpeg",
  ".jpe": "jpeg",
  ".jfif": "jpeg",
  ".png": "png",
  ".webp": "webp",
  ".gif": "gif",
  ".tif": "tiff",
  ".tiff": "tiff",
  ".avif": "avif",
};

export function findMisnamed(
  images: readonly { readonly path: string; readonly format: string }[],
): { readonly path: string; readonly format: string }[] {
  return images.flatMap(({ path, format }) => {
    const promised = FORMATS[extname(path).toLowerCase()];
    return promised === undefined || promised === format ? [] : [{ path, format }];
  });
}
