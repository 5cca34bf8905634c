/** Uncompressed TIFFs with samples of any kind, by the TIFF 6.0 specification. */

export interface TiffFile {
  readonly width: number;
  readonly height: number;
  /** Samples of a pixel. */
  readonly samples?: number;
  readonly bits: number;
  /** 1 unsigned, 2 signed, 3 floating point, 6 complex. */
  readonly format?: number;
  readonly photometric: number;
  readonly extra?: readonly number[];
  readonly compression?: number;
  readonly bigEndian?: boolean;
  readonly tags?: readonly (readonly [tag: number, values: readonly number[]])[];
  /** Value of a sample. */
  value(x: number, y: number, sample: number): number;
}

export function tiffFile(file: TiffFile): Buffer {
  const { width, height, samples = 1, bits, format = 1, photometric, extra, bigEndian = false } = file;
  const bytesOf = bits / 8;
  const data = Buffer.alloc(width * height * samples * bytesOf);
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let sample = 0; sample < samples; sample++) {
        put(view, at, file.value(x, y, sample), bits, format, !bigEndian);
        at += bytesOf;
      }
    }
  }
  const short = 3;
  const long = 4;
  const entries: (readonly [tag: number, type: number, values: readonly number[]])[] = [
    [256, short, [width]],
    [257, short, [height]],
    [258, short, new Array<number>(samples).fill(bits)],
    [259, short, [file.compression ?? 1]],
    [262, short, [photometric]],
    [273, long, [8]],
    [277, short, [samples]],
    [278, short, [height]],
    [279, long, [data.length]],
    [339, short, new Array<number>(samples).fill(format)],
    ...(extra === undefined ? [] : [[338, short, extra] as const]),
    ...(file.tags ?? []).map(([tag, values]) => [tag, short, values] as const),
  ];
  entries.sort(([a], [b]) => a - b);
  const directory = 8 + data.length;
  const tailAt = directory + 2 + 12 * entries.length + 4;
  const tail: Buffer[] = [];
  const u16 = (value: number): Buffer => number(value, 2, bigEndian);
  const u32 = (value: number): Buffer => number(value, 4, bigEndian);
  const rows = entries.map(([tag, type, values]) => {
    const raw = Buffer.concat(values.map((value) => (type === short ? u16(value) : u32(value))));
    const place = tailAt + tail.reduce((sum, { length }) => sum + length, 0);
    if (raw.length > 4) tail.push(raw);
    const cell = raw.length > 4 ? u32(place) : Buffer.concat([raw, Buffer.alloc(4 - raw.length)]);
    return Buffer.concat([u16(tag), u16(type), u32(values.length), cell]);
  });
  return Buffer.concat([
    Buffer.from(bigEndian ? "MM" : "II", "latin1"),
    u16(42),
    u32(directory),
    data,
    u16(entries.length),
    ...rows,
    u32(0),
    ...tail,
  ]);
}

function put(view: DataView, at: number, value: number, bits: number, format: number, little: boolean): void {
  if (format === 3) {
    if (bits === 32) view.setFloat32(at, value, little);
    else if (bits === 64) view.setFloat64(at, value, little);
    else view.setUint16(at, value, little);
  } else if (bits === 8) view.setUint8(at, value & 0xff);
  else if (bits === 16) view.setUint16(at, value & 0xffff, little);
  else if (bits === 32) view.setUint32(at, value >>> 0, little);
}

function number(value: number, size: number, bigEndian: boolean): Buffer {
  const bytes = Buffer.alloc(size);
  if (bigEndian) bytes.writeUIntBE(value, 0, size);
  else bytes.writeUIntLE(value, 0, size);
  return bytes;
}
