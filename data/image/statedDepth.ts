/** Samples of fewer bits in files with 16 a sample, as cameras write them: scaled where the file says how many there are. */
import { sharp } from "./sharp.js";
import type { TiffSamples } from "./tiffTags.js";

/** Samples a pixel. */
const GREY = 1;
const COLOURS = 3;
const FULL = 65535;

/**
 * Bits of each colour's samples as the file states them, where those are between 8 and 16; undefined where it states nothing of
 * the kind.
 * @param tiff what its tags say, for a TIFF
 */
export function statedBits(bytes: Buffer, tiff: TiffSamples | undefined): number | undefined {
  const stated =
    tiff === undefined ? significantBits(bytes) : tiff.largest.map((value) => Math.log2(value + 1));
  const [bits] = stated;
  // Of other numbers a tag may be the brightest sample that happens to be there.
  if (bits === undefined || !Number.isInteger(bits) || new Set(stated).size > 1) return undefined;
  return bits > 8 && bits < 16 ? bits : undefined;
}

/** Of a PNG's colours, by its chunk `sBIT`; transparency left out. */
function significantBits(bytes: Buffer): readonly number[] {
  if (bytes.toString("latin1", 1, 4) !== "PNG") return [];
  const colourType = bytes[25];
  const colours = colourType === 0 || colourType === 4 ? 1 : colourType === 2 || colourType === 6 ? 3 : 0;
  for (let at = 8; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + 8);
    if (type === "sBIT") return [...bytes.subarray(at + 8, at + 8 + Math.min(length, colours))];
    // It comes before the pixels.
    if (type === "IDAT") return [];
    at += 12 + length;
  }
  return [];
}

export interface Levels16 {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

/**
 * The picture scaled to levels of 0…255, upright.
 * @param bits that the file states, and that hold its brightest sample
 * @param isPng a PNG's samples have to be scaled to 16 bits already, whatever `sBIT` says of where they come from: only where
 *   some cannot have been are they taken for unscaled
 * @returns undefined where they are scaled already, or why they cannot be
 */
export async function readStated(
  bytes: Buffer,
  bits: number,
  isPng: boolean,
): Promise<Levels16 | string | undefined> {
  const image = sharp(bytes, { autoOrient: true, failOn: "warning" });
  const { hasAlpha, hasProfile, channels: stored } = await image.metadata();
  if (hasAlpha || hasProfile || (stored !== GREY && stored !== COLOURS)) {
    const besides = hasProfile ? "a colour profile" : "transparency";
    return `its samples are ${bits} bits in 16, with ${besides}, which is not read; scale them to the full range`;
  }
  const { data, info } = await image
    .toColourspace(stored === GREY ? "grey16" : "rgb16")
    .raw({ depth: "ushort" })
    .toBuffer({ resolveWithObject: true });
  const channels = stored === GREY ? GREY : COLOURS;
  if (info.channels !== channels) throw new Error(`${info.channels} channels instead of ${channels}`);
  const aligned = data.byteOffset % 2 === 0 ? data : Buffer.from(Uint8Array.from(data).buffer);
  const samples = new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.length / 2);
  if (isPng && samples.every((sample) => isScaled(sample, bits))) return undefined;
  const factor = 255 / (2 ** bits - 1);
  const levels = Uint8Array.from(samples, (sample) => Math.round(sample * factor));
  return { data: levels, width: info.width, height: info.height, channels };
}

/** Whether 16 bits can be what `bits` of them were scaled to: shifted, repeated or multiplied. */
function isScaled(sample: number, bits: number): boolean {
  const shift = 16 - bits;
  const high = sample >> shift;
  if (sample === high << shift || sample === ((high << shift) | (high >> (bits - shift)))) return true;
  const nearest = Math.round((sample * (2 ** bits - 1)) / FULL);
  return sample === Math.round((nearest * FULL) / (2 ** bits - 1));
}
