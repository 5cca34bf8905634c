/** Which samples of a TIFF have a meaning as brightness or colour that is certain, and why others have none. */
import type { TiffSamples } from "./tiffTags.js";

/** How samples become levels of 0…255. */
export type SampleMeaning =
  /** The decoder's way is right. */
  | { readonly kind: "levels" }
  /** Of 32 bits each; what range they have, they show. */
  | { readonly kind: "floats"; readonly colour: boolean; readonly whiteIsZero: boolean }
  | { readonly kind: "none"; readonly reason: string };

const LEVELS: SampleMeaning = { kind: "levels" };
const WHITE_IS_ZERO = 0;
const BLACK_IS_ZERO = 1;
const RGB = 2;
const PALETTE = 3;
const CMYK = 5;
const YCBCR = 6;
/** Of YCbCr the decoder converts what was compressed as JPEG, and shows the rest as if it were RGB. */
const JPEG_COMPRESSIONS: readonly number[] = [6, 7];
/** Other kinds of pictures, by the tag PhotometricInterpretation. */
const OTHERS: Readonly<Record<number, string>> = {
  4: "it is a transparency mask, no picture; take the picture itself",
  8: "its colours are CIE Lab, which is not read; save it as RGB",
  9: "its colours are ICC Lab, which is not read; save it as RGB",
  10: "its colours are ITU Lab, which is not read; save it as RGB",
  32803: "it is a camera's raw data; develop it to a JPEG or an RGB TIFF",
  32844: "its brightness is logarithmic (LogL), which is not read; save it with 8 or 16 bits a sample",
  32845: "its colours are logarithmic (LogLuv), which are not read; save it as RGB",
  34892: "it is a camera's raw data; develop it to a JPEG or an RGB TIFF",
};

/** What the decoder has no library for. */
const UNREAD_COMPRESSIONS: Readonly<Record<number, string>> = {
  33003: "JPEG 2000",
  33004: "JPEG 2000",
  33005: "JPEG 2000",
  34712: "JPEG 2000",
  34925: "LZMA",
  50000: "Zstandard",
  50001: "WebP",
  50002: "JPEG XL",
  52546: "JPEG XL",
};

export function meaningOfSamples(tiff: TiffSamples): SampleMeaning {
  const { photometric, samples, bits, formats, compression, isRawPreview } = tiff;
  if (isRawPreview) {
    return none(
      "it is a camera's raw file, of which only a small preview could be read; develop it to a JPEG",
    );
  }
  const other = photometric === undefined ? "it does not say how colours are stored" : OTHERS[photometric];
  if (other !== undefined) return none(other);
  const packed = UNREAD_COMPRESSIONS[compression];
  if (packed !== undefined)
    return none(`it is compressed with ${packed}, which is not read in a TIFF; save it with LZW`);
  if (new Set(bits).size > 1 || new Set(formats).size > 1) {
    return none("the samples of a pixel are of different kinds; save it as grey or RGB with 8 bits a sample");
  }
  const channels = meaningOfChannels(tiff);
  if (channels !== undefined) return none(channels);
  const depth = bits[0] ?? 1;
  switch (formats[0] ?? 1) {
    case 3:
      return meaningOfFloats(tiff, depth);
    case 2:
      return none(
        `its samples are signed ${depth}-bit numbers: which of them is white is not known; ${SAVE}`,
      );
    case 5:
    case 6:
      return none(`its samples are complex numbers; ${SAVE}`);
  }
  if (depth === 12 && !JPEG_COMPRESSIONS.includes(compression)) {
    return none(`its samples have 12 bits, which are not read; ${SAVE}`);
  }
  if (![1, 2, 4, 8, 16].includes(depth)) {
    return none(`its samples have ${depth} bits: which of them is white is not known; ${SAVE}`);
  }
  return samples > 0 ? LEVELS : none("it has no samples");
}

const SAVE = "save it with 8 bits, or 16 bits from black to white";

/** What is wrong with the number of samples a pixel. */
function meaningOfChannels({
  photometric,
  samples,
  extra,
  compression,
  inkSet,
}: TiffSamples): string | undefined {
  const many = `it has ${samples} samples a pixel`;
  const hasAlpha = extra.length === 1 && (extra[0] === 1 || extra[0] === 2);
  const fits = (colours: number): boolean => samples === colours || (samples === colours + 1 && hasAlpha);
  switch (photometric) {
    case WHITE_IS_ZERO:
    case BLACK_IS_ZERO:
      return fits(1) ? undefined : `${many}, and does not say that they are colours; save it as grey or RGB`;
    case RGB:
      if (fits(3)) return undefined;
      if (samples === 4) {
        return "it has a fourth sample a pixel, and does not say that it is transparency; save it as RGB";
      }
      return `${many}, where RGB has three; save it as RGB`;
    case PALETTE:
      return samples === 1 ? undefined : `${many}, where a palette has one; save it as RGB`;
    case CMYK:
      return samples === 4 && inkSet === 1 ? undefined : "it is made of other inks than CMYK; save it as RGB";
    case YCBCR:
      if (samples !== 3) return `${many}, where YCbCr has three; save it as RGB`;
      return JPEG_COMPRESSIONS.includes(compression)
        ? undefined
        : "its colours are YCbCr without JPEG, which is not read; save it as RGB";
    default:
      return `its way to store colours (${photometric}) is not known; save it as grey or RGB`;
  }
}

function meaningOfFloats({ photometric, extra, hasProfile }: TiffSamples, depth: number): SampleMeaning {
  const colour = photometric === RGB;
  if (depth !== 32) {
    return none(
      `its samples are floating-point numbers of ${depth} bits, of which only 32 are read; ${SAVE}`,
    );
  }
  if (!colour && photometric !== BLACK_IS_ZERO && photometric !== WHITE_IS_ZERO) {
    return none(`its samples are floating-point numbers, which are read for grey and RGB only; ${SAVE}`);
  }
  if (extra.length > 0) {
    return none(`its samples are floating-point numbers with transparency, which are not read; ${SAVE}`);
  }
  if (colour && hasProfile) {
    return none(`its samples are floating-point numbers with a colour profile, which are not read; ${SAVE}`);
  }
  return { kind: "floats", colour, whiteIsZero: photometric === WHITE_IS_ZERO };
}

function none(reason: string): SampleMeaning {
  return { kind: "none", reason };
}

/**
 * What floating-point samples are multiplied by to be levels of 0…255.
 * @returns the factor, or why there is none
 */
export function factorOfFloats(samples: Float32Array): number | string {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of samples) {
    if (!Number.isFinite(value)) return "some of its floating-point samples are no numbers (NaN or infinite)";
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low >= 0 && high <= 1) return 255;
  // Between the two a picture of 0…1 that overshoots and a nearly black one of 0…255 look the same.
  if (low >= 0 && high >= 16 && high <= 255) return 1;
  return (
    `its floating-point samples go from ${short(low)} to ${short(high)}: ` +
    "only 0 to 1 and 0 to 255 are known to mean black to white; scale them to 0 to 1"
  );
}

const short = (value: number): string => String(Number(value.toPrecision(4)));

/** Brightest sample of 16 bits below which a picture is all but black: what 12 bits can count to. */
const DARK = 4096;

/** Why a picture of 16 bits a sample has no certain meaning: cameras of 12 bits store their numbers as they are. */
export function reasonOfDark(brightest: number): string | undefined {
  // All black is a picture of one colour, and told as that.
  if (brightest === 0 || brightest >= DARK) return undefined;
  return (
    `its 16-bit samples reach only ${brightest} of 65535, as numbers of a camera with fewer bits do: ` +
    "it would be all but black; scale them to the full range"
  );
}
