/** Says in words what a file is that cannot be read as an image. */

/** How many bytes are looked at: enough for a byte order mark, an XML prologue and a comment. */
const LOOKED_AT = 512;

const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");

/** Signatures by offset, from the formats' specifications. */
const SIGNATURES: readonly { readonly kind: string; readonly at: number; readonly bytes: Buffer }[] = [
  { kind: "a PDF document", at: 0, bytes: latin1("%PDF") },
  { kind: "a PostScript document", at: 0, bytes: latin1("%!PS") },
  { kind: "an icon file (ICNS)", at: 0, bytes: latin1("icns") },
  { kind: "a ZIP archive", at: 0, bytes: latin1("PK\x03\x04") },
  { kind: "a gzip archive", at: 0, bytes: latin1("\x1f\x8b") },
  { kind: "a BMP image", at: 0, bytes: latin1("BM") },
  { kind: "a Photoshop file", at: 0, bytes: latin1("8BPS") },
  { kind: "an icon file (ICO)", at: 0, bytes: latin1("\x00\x00\x01\x00") },
  { kind: "a JPEG XL image", at: 0, bytes: latin1("\xff\x0a") },
  { kind: "a JPEG XL image", at: 4, bytes: latin1("JXL ") },
  { kind: "a JPEG 2000 image", at: 4, bytes: latin1("jP  ") },
  // A TIFF's directory may lie at its end, so a decoder does not take what is cut short for a TIFF at all.
  { kind: "a damaged TIFF image", at: 0, bytes: latin1("II*\0") },
  { kind: "a damaged TIFF image", at: 0, bytes: latin1("MM\0*") },
  { kind: "a damaged TIFF image", at: 0, bytes: latin1("II+\0") },
  { kind: "a damaged TIFF image", at: 0, bytes: latin1("MM\0+") },
  { kind: "an OpenEXR image", at: 0, bytes: latin1("v/1\x01") },
  { kind: "a Radiance HDR image", at: 0, bytes: latin1("#?RADIANCE") },
  { kind: "a QOI image", at: 0, bytes: latin1("qoif") },
  { kind: "a DDS texture", at: 0, bytes: latin1("DDS ") },
  { kind: "a FITS file", at: 0, bytes: latin1("SIMPLE  =") },
  { kind: "a NumPy array", at: 0, bytes: latin1("\x93NUMPY") },
  { kind: "an HDF5 file", at: 0, bytes: latin1("\x89HDF") },
  { kind: "a RAR archive", at: 0, bytes: latin1("Rar!") },
  { kind: "a 7z archive", at: 0, bytes: latin1("7z\xbc\xaf") },
  { kind: "a DICOM file", at: 128, bytes: latin1("DICM") },
];

/** HEIF brands whose pictures are coded with HEVC (ISO/IEC 23008-12, annex B); its patents keep it out of sharp. */
const HEVC_BRANDS = new Set(["heic", "heix", "hevc", "hevx", "heim", "heis"]);
/** HEIF brands that sharp reads (AVIF), or that do not say which codec is used. */
const OTHER_HEIF_BRANDS = new Set(["avif", "avis", "mif1", "msf1"]);

/**
 * @param bytes the file, or at least its first {@link LOOKED_AT} bytes
 * @returns a phrase such as `an HTML page`; undefined when nothing is recognized
 */
export function describeFile(bytes: Buffer): string | undefined {
  const head = bytes.subarray(0, LOOKED_AT);
  if (isHeic(head)) return "a HEIC photograph";
  const brand = head.toString("latin1", 8, 12);
  if (head.toString("latin1", 4, 8) === "ftyp" && !OTHER_HEIF_BRANDS.has(brand)) return "a video";
  const known = SIGNATURES.find(({ at, bytes: signature }) =>
    head.subarray(at, at + signature.length).equals(signature),
  );
  return known?.kind ?? describePortable(head) ?? describeText(head);
}

/** Netpbm's formats, by the letter P and the digit or letter after it. */
const PORTABLE: Readonly<Record<string, string>> = {
  "1": "a PBM image",
  "2": "a PGM image",
  "3": "a PPM image",
  "4": "a PBM image",
  "5": "a PGM image",
  "6": "a PPM image",
  "7": "a PAM image",
  F: "a PFM image",
  f: "a PFM image",
};

function describePortable(head: Buffer): string | undefined {
  const [, kind = ""] = /^P([1-7Ff])\s/.exec(head.toString("latin1", 0, 3)) ?? [];
  return PORTABLE[kind];
}

/** Whether the file is HEIF coded with HEVC, as iPhones write it. */
export function isHeic(bytes: Buffer): boolean {
  if (bytes.toString("latin1", 4, 8) !== "ftyp") return false;
  const end = Math.min(bytes.length, bytes.readUInt32BE(0));
  const brands = [8, ...Array.from({ length: Math.max(0, (end - 16) >> 2) }, (_, i) => 16 + 4 * i)];
  return brands.some((at) => HEVC_BRANDS.has(bytes.toString("latin1", at, at + 4)));
}

function describeText(head: Buffer): string | undefined {
  const text = head.toString("utf8").toLowerCase();
  if (/<!doctype html|<html/.test(text)) return "an HTML page";
  if (/<svg/.test(text)) return "an SVG drawing";
  if (/^\s*<\?xml/.test(text)) return "an XML document";
  if (text.startsWith("version https://git-lfs")) return "a Git LFS pointer (run `git lfs pull`)";
  const printable = head.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d));
  return printable ? "text" : undefined;
}
