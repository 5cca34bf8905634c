/** Reads pictures whose samples are floating-point numbers, in the range that they show. */
import { factorOfFloats } from "./sampleMeaning.js";
import { sharp } from "./sharp.js";

/** 2^26 samples, 256 MB: four pictures at a time fit the engine's memory. */
const MAX_SAMPLES = 2 ** 26;

export interface Levels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

/** @returns upright levels of 0…255, or why the samples have no certain meaning */
export async function readFloats(
  bytes: Buffer,
  { colour, whiteIsZero }: { readonly colour: boolean; readonly whiteIsZero: boolean },
  pixels: number,
): Promise<Levels | string> {
  const channels = colour ? 3 : 1;
  if (pixels * channels > MAX_SAMPLES) {
    return `it has ${Math.round((pixels * channels) / 1e6)} million floating-point samples; the limit is ${Math.floor(MAX_SAMPLES / 1e6)} million`;
  }
  // Of these two spaces the decoder leaves the samples as they are.
  const { data, info } = await sharp(bytes, { autoOrient: true, failOn: "warning" })
    .toColourspace(colour ? "scrgb" : "b-w")
    .raw({ depth: "float" })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== channels) throw new Error(`${info.channels} channels instead of ${channels}`);
  const aligned = data.byteOffset % 4 === 0 ? data : Buffer.from(Uint8Array.from(data).buffer);
  const samples = new Float32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
  const factor = factorOfFloats(samples);
  if (typeof factor === "string") return factor;
  const levels = Uint8Array.from(samples, (value) => Math.round(value * factor));
  if (whiteIsZero) for (let i = 0; i < levels.length; i++) levels[i] = 255 - (levels[i] as number);
  return { data: levels, width: info.width, height: info.height, channels };
}
