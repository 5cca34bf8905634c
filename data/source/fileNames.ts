/** Which files of a folder claim to be images, by their names. */
import { extname } from "node:path";

/**
 * Extensions of images, those that cannot be decoded included: such a file is listed and then quarantined with the
 * reason, instead of being passed over in silence.
 */
const IMAGE_EXTENSIONS = new Set(
  (
    ".jpg .jpeg .jpe .jfif .png .webp .gif .tif .tiff .avif " +
    ".heic .heif .bmp .svg .jp2 .j2k .jxl .psd .ico .dcm .dng .cr2 .nef .arw .ppm .pgm .pbm .pnm .pam .pfm " +
    ".tga .exr .hdr .qoi .dds .fits"
  ).split(" "),
);

export function isImageName(name: string): boolean {
  return IMAGE_EXTENSIONS.has(extname(name).toLowerCase());
}

/** Files and folders that systems leave behind: `.DS_Store`, `._photo.jpg`, `.git`, `__MACOSX`. */
export function isHiddenName(name: string): boolean {
  return name.startsWith(".") || name === "__MACOSX";
}
