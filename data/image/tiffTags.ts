/** What a TIFF says of its first picture's samples, read from its tags (TIFF 6.0; BigTIFF as well). */

export interface TiffSamples {
  /** Bits of each sample of a pixel. */
  readonly bits: readonly number[];
  /** Of each sample: 1 unsigned, 2 signed, 3 floating point, 4 undefined, 5 and 6 complex. */
  readonly formats: readonly number[];
  readonly photometric: number | undefined;
  readonly compression: number;
  readonly samples: number;
  /** Of each sample beyond the colours: 0 unspecified, 1 and 2 transparency. */
  readonly extra: readonly number[];
  /** Of each sample the largest value that it can have or, as some write it, has; empty where nothing is said. */
  readonly largest: readonly number[];
  /** 1 is CMYK. */
  readonly inkSet: number;
  readonly hasProfile: boolean;
  /** Whether it is a preview in a camera's raw file, beside the picture itself. */
  readonly isRawPreview: boolean;
}

const TAG = {
  subfileType: 254,
  bits: 258,
  compression: 259,
  photometric: 262,
  samples: 277,
  largest: 281,
  subIfds: 330,
  inkSet: 332,
  extra: 338,
  sampleFormat: 339,
  profile: 34675,
  dngVersion: 50706,
} as const;
/** Bytes of a value of each integer type: BYTE, SHORT, LONG, LONG8. */
const SIZES: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 4, 16: 8 };
/** No TIFF has more samples a pixel or more tags; a hostile count would keep us reading. */
const MOST = 4096;
/** What comes after them is transparency. */
const MOST_COLOURS = 3;

/** Undefined where the bytes are no TIFF or its directory cannot be read: the decoder says what is wrong. */
export function tiffSamples(bytes: Buffer): TiffSamples | undefined {
  try {
    return read(bytes);
  } catch (error) {
    // An offset that points out of the file.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function read(bytes: Buffer): TiffSamples | undefined {
  const order = bytes.toString("latin1", 0, 2);
  if (order !== "II" && order !== "MM") return undefined;
  const little = order === "II";
  const number = (at: number, size: number): number => {
    if (size === 8) {
      return Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
    }
    return little ? bytes.readUIntLE(at, size) : bytes.readUIntBE(at, size);
  };
  const magic = number(2, 2);
  if (magic !== 42 && magic !== 43) return undefined;
  const isBig = magic === 43;
  const word = isBig ? 8 : 4;
  const directory = number(isBig ? 8 : 4, word);
  const countSize = isBig ? 8 : 2;
  const entrySize = 4 + 2 * word;
  const values = new Map<number, readonly number[]>();
  const entries = Math.min(MOST, number(directory, countSize));
  for (let index = 0; index < entries; index++) {
    const at = directory + countSize + index * entrySize;
    const size = SIZES[number(at + 2, 2)];
    const count = number(at + 4, word);
    // Of other types only that they are there is wanted.
    if (size === undefined || count > MOST) {
      values.set(number(at, 2), []);
      continue;
    }
    const inPlace = at + 4 + word;
    const from = size * count <= word ? inPlace : number(inPlace, word);
    values.set(
      number(at, 2),
      Array.from({ length: count }, (_, i) => number(from + i * size, size)),
    );
  }
  const one = (tag: number): number | undefined => values.get(tag)?.[0];
  const samples = one(TAG.samples) ?? 1;
  const each = (tag: number, otherwise: number): readonly number[] =>
    values.get(tag) ?? new Array<number>(Math.min(MOST, samples)).fill(otherwise);
  const isReduced = ((one(TAG.subfileType) ?? 0) & 1) === 1;
  return {
    bits: each(TAG.bits, 1),
    formats: each(TAG.sampleFormat, 1),
    photometric: one(TAG.photometric),
    compression: one(TAG.compression) ?? 1,
    samples,
    extra: values.get(TAG.extra) ?? [],
    largest: (values.get(TAG.largest) ?? []).slice(0, MOST_COLOURS),
    inkSet: one(TAG.inkSet) ?? 1,
    hasProfile: values.has(TAG.profile),
    // Canon's CR2 says so in its header, others by a reduced first picture beside sub-directories.
    isRawPreview:
      bytes.toString("latin1", 8, 10) === "CR" ||
      values.has(TAG.dngVersion) ||
      (isReduced && values.has(TAG.subIfds)),
  };
}
