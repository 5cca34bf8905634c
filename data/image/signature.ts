/** Tells by a file's first bytes whether it claims to be an image of a kind that is read. */
import { describeFile, isHeic } from "./fileKind.js";

/** What a reason says of the kinds that are read. */
export const READABLE = "JPEG, PNG, WebP, GIF, TIFF and AVIF can be read";
/** So many bytes are enough. */
export const HEAD_BYTES = 512;

const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");
/** From the formats' specifications; of a JPEG as much as decoders ask for; TIFF in both orders of bytes, and BigTIFF. */
const STARTS: readonly Buffer[] = [
  "\xff\xd8",
  "\x89PNG\r\n\x1a\n",
  "GIF87a",
  "GIF89a",
  "II*\0",
  "MM\0*",
  "II+\0",
  "MM\0+",
].map(latin1);
/** HEIF whose pictures may be coded as AV1. */
const BRANDS = ["avif", "avis", "mif1", "msf1"];

/**
 * @param bytes the file, or at least its first {@link HEAD_BYTES}
 * @returns why it is no image that is read, in plain words; undefined for one that claims to be
 */
export function whyNoImage(bytes: Buffer): string | undefined {
  if (bytes.length === 0) return "the file is empty";
  if (isHeic(bytes)) return `it is a HEIC photograph; convert it to JPEG (${READABLE})`;
  if (hasSignature(bytes)) return undefined;
  const kind = describeFile(bytes);
  return kind === undefined ? `it is no image (${READABLE})` : `it is ${kind} (${READABLE})`;
}

function hasSignature(bytes: Buffer): boolean {
  const text = (from: number, to: number): string => bytes.toString("latin1", from, to);
  return (
    STARTS.some((start) => bytes.subarray(0, start.length).equals(start)) ||
    (text(0, 4) === "RIFF" && text(8, 12) === "WEBP") ||
    (text(4, 8) === "ftyp" && BRANDS.includes(text(8, 12)))
  );
}
