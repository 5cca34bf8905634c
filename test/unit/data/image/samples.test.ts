/** Every kind of samples that a TIFF or PNG can have: scaled by its meaning, or left out with the reason. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { deflateSync } from "node:zlib";
import { decodeImage } from "../../../../data/image/decode.js";
import { tiffSamples } from "../../../../data/image/tiffTags.js";
import { refusalOf } from "../../../support/refusal.js";
import { type TiffFile, tiffFile } from "./tiffFile.js";

const OPTIONS = { background: "white", keepShortSide: 320 } as const;
const [WIDTH, HEIGHT] = [32, 24];
const RGB = 2;

/** The picture as levels of 0…255: grey runs from 10 to 242. */
const grey = (x: number, y: number): number => 10 + 6 * x + 2 * y;
const colour = (x: number, y: number, sample: number): number => {
  const level = grey(x, y);
  return sample === 0 ? level : sample === 1 ? 255 - level : sample === 2 ? (7 * level) % 256 : 255;
};

function tiff(file: Omit<TiffFile, "width" | "height">): Buffer {
  return tiffFile({ width: WIDTH, height: HEIGHT, ...file });
}

async function reasonOf(bytes: Buffer): Promise<string> {
  const error = await refusalOf(decodeImage(bytes, OPTIONS));
  assert.equal(error.code, "IMAGE_UNREADABLE");
  return error.message;
}

async function showsThePicture(bytes: Buffer, isColour: boolean, within = 0): Promise<void> {
  const { pixels } = await decodeImage(bytes, OPTIONS);
  assert.deepEqual([pixels.width, pixels.height], [WIDTH, HEIGHT]);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      for (let channel = 0; channel < 3; channel++) {
        const expected = isColour ? colour(x, y, channel) : grey(x, y);
        const found = pixels.data[3 * (y * WIDTH + x) + channel] as number;
        assert.ok(
          Math.abs(found - expected) <= within,
          `${found} instead of ${expected} at ${x}, ${y}, ${channel}`,
        );
      }
    }
  }
}

type Samples = Omit<TiffFile, "width" | "height">;
const READ: Readonly<Record<string, readonly [file: Samples, isColour?: boolean]>> = {
  "grey of 8 bits": [{ bits: 8, photometric: 1, value: grey }],
  "grey of 16 bits": [{ bits: 16, photometric: 1, value: (x, y) => 257 * grey(x, y) }],
  "grey of 8 bits, white is zero": [{ bits: 8, photometric: 0, value: (x, y) => 255 - grey(x, y) }],
  "grey of 16 bits, white is zero": [{ bits: 16, photometric: 0, value: (x, y) => 257 * (255 - grey(x, y)) }],
  "grey floats in 0…1": [{ bits: 32, format: 3, photometric: 1, value: (x, y) => grey(x, y) / 255 }],
  "grey floats in 0…1 with tags that no reader knows": [
    { bits: 32, format: 3, photometric: 1, tags: [[65000, [7]]], value: (x, y) => grey(x, y) / 255 },
  ],
  "grey floats in 0…255": [{ bits: 32, format: 3, photometric: 1, value: grey }],
  "grey floats in 0…1, white is zero": [
    { bits: 32, format: 3, photometric: 0, value: (x, y) => (255 - grey(x, y)) / 255 },
  ],
  "RGB of 8 bits": [{ bits: 8, samples: 3, photometric: RGB, value: colour }, true],
  "RGB of 16 bits": [
    { bits: 16, samples: 3, photometric: RGB, value: (x, y, s) => 257 * colour(x, y, s) },
    true,
  ],
  "RGB floats in 0…1": [
    { bits: 32, format: 3, samples: 3, photometric: RGB, value: (x, y, s) => colour(x, y, s) / 255 },
    true,
  ],
  "RGB floats in 0…255": [{ bits: 32, format: 3, samples: 3, photometric: RGB, value: colour }, true],
  "RGB and transparency": [{ bits: 8, samples: 4, photometric: RGB, extra: [2], value: colour }, true],
};

describe("samples with a meaning", () => {
  for (const [what, [file, isColour = false]] of Object.entries(READ)) {
    for (const bigEndian of [false, true]) {
      it(`are shown as they are meant: ${what}, ${bigEndian ? "big" : "little"} endian`, async () => {
        await showsThePicture(tiff({ ...file, bigEndian }), isColour);
      });
    }
  }

  it("are PNGs of 1, 2, 4, 8 and 16 bits", async () => {
    for (const bits of [1, 2, 4, 8, 16]) {
      const most = 2 ** bits - 1;
      const value = (x: number): number => (bits === 16 ? 2114 * x : x % (most + 1));
      const { pixels } = await decodeImage(greyPng(bits, value), OPTIONS);
      for (let x = 0; x < WIDTH; x++) {
        // Of 16 bits the upper eight count.
        const expected = bits === 16 ? value(x) >> 8 : Math.round((255 * value(x)) / most);
        assert.equal(pixels.data[3 * x], expected, `${bits} bits, ${x}`);
      }
    }
  });
});

/** The picture in samples of fewer bits. */
const inBits =
  (bits: number, of: (x: number, y: number, sample: number) => number = grey) =>
  (x: number, y: number, sample: number): number =>
    Math.round((of(x, y, sample) * (2 ** bits - 1)) / 255);

describe("samples of fewer bits in 16", () => {
  for (const bits of [10, 12, 13, 14, 15]) {
    const most = 2 ** bits - 1;
    it(`are scaled where a TIFF states their range: ${bits} bits`, async () => {
      const largest = (count: number) => [[281, new Array<number>(count).fill(most)] as const];
      await showsThePicture(tiff({ bits: 16, photometric: 1, tags: largest(1), value: inBits(bits) }), false);
      const value = inBits(bits, colour);
      await showsThePicture(tiff({ bits: 16, samples: 3, photometric: RGB, tags: largest(3), value }), true);
    });

    it(`are scaled where a PNG states them and they cannot have been scaled yet: ${bits} bits`, async () => {
      const value = inBits(bits, (x) => 8 * x);
      // Even numbers alone could be those of 15 bits, scaled.
      const png = greyPng(16, (x) => value(x, 0, 0) | 1, bits);
      const { pixels, brightest16 } = await decodeImage(png, OPTIONS);
      for (let x = 0; x < WIDTH; x++) assert.equal(pixels.data[3 * x], 8 * x);
      assert.equal(brightest16, undefined);
    });
  }

  it("are left as they are in a dark PNG that was scaled as its specification wants", async () => {
    for (const scaled of [(level: number) => level << 2, (level: number) => (level << 2) | (level >> 12)]) {
      const { pixels, brightest16 } = await decodeImage(
        greyPng(16, (x) => scaled(70 * x), 14),
        OPTIONS,
      );
      assert.equal(brightest16, scaled(70 * 31));
      assert.equal(pixels.data[3 * 31], scaled(70 * 31) >> 8);
    }
  });

  it("are left out or told where the tag is but the brightest sample that happens to be there", async () => {
    const found = 3871;
    const dark = tiff({ bits: 16, photometric: 1, tags: [[281, [found]]], value: (x, y) => 16 * grey(x, y) });
    assert.match(await reasonOf(dark), /reach only 3872 of 65535/);
    const file = { bits: 16, photometric: 1, tags: [[281, [15488]]] as const, value: inBits(14) };
    assert.equal((await decodeImage(tiff(file), OPTIONS)).brightest16, inBits(14)(31, 23, 0));
  });

  it("are told by their brightest sample where nothing is stated", async () => {
    for (const [photometric, value] of [
      [1, inBits(14)],
      [0, (x: number, y: number) => inBits(14)(x, y, 0)],
    ] as const) {
      const { brightest16 } = await decodeImage(tiff({ bits: 16, photometric, value }), OPTIONS);
      assert.equal(brightest16, inBits(14)(31, 23, 0), `photometric ${photometric}`);
    }
    const full = tiff({ bits: 16, photometric: 1, value: (x, y) => 257 * grey(x, y) });
    assert.equal((await decodeImage(full, OPTIONS)).brightest16, 257 * grey(31, 23));
    assert.equal(
      (await decodeImage(tiff({ bits: 8, photometric: 1, value: grey }), OPTIONS)).brightest16,
      undefined,
    );
  });

  it("are left out with the reason where transparency comes with them", async () => {
    const file = { bits: 16, samples: 2, photometric: 1, extra: [2], tags: [[281, [16383, 16383]]] as const };
    const value = (x: number, y: number, sample: number): number =>
      sample === 0 ? inBits(14)(x, y, 0) : 16383;
    assert.match(
      await reasonOf(tiff({ ...file, value })),
      /^its samples are 14 bits in 16, with transparency, which is not read; scale them/,
    );
  });

  it("are left out where white is zero and twelve bits make everything white", async () => {
    const file = { bits: 16, photometric: 0, value: inBits(12) };
    assert.match(await reasonOf(tiff(file)), /^its 16-bit samples reach only \d+ of 65535/);
  });
});

const NONE: Readonly<Record<string, readonly [file: Samples, says: RegExp]>> = {
  "signed 8-bit": [
    { bits: 8, format: 2, photometric: 1, value: (x, y) => grey(x, y) - 128 },
    /^its samples are signed 8-bit numbers: which of them is white is not known; save it with 8 bits, or 16 bits from/,
  ],
  "signed 16-bit": [
    { bits: 16, format: 2, photometric: 1, value: grey },
    /^its samples are signed 16-bit numbers/,
  ],
  "signed RGB": [
    { bits: 16, format: 2, samples: 3, photometric: RGB, value: colour },
    /^its samples are signed/,
  ],
  "unsigned 32-bit": [
    { bits: 32, photometric: 1, value: grey },
    /^its samples have 32 bits: which of them is white/,
  ],
  "double precision": [
    { bits: 64, format: 3, photometric: 1, value: (x, y) => grey(x, y) / 255 },
    /^its samples are floating-point numbers of 64 bits, of which only 32 are read/,
  ],
  "half precision": [
    { bits: 16, format: 3, photometric: 1, value: grey },
    /numbers of 16 bits, of which only 32/,
  ],
  "complex numbers": [
    { bits: 64, format: 6, photometric: 1, value: grey },
    /^its samples are complex numbers/,
  ],
  "floats of any range": [
    { bits: 32, format: 3, photometric: 1, value: (x, y) => 257 * grey(x, y) },
    /^its floating-point samples go from 2570 to 62190: only 0 to 1 and 0 to 255 are known to mean black to white/,
  ],
  "negative floats": [
    { bits: 32, format: 3, photometric: 1, value: (x, y) => grey(x, y) - 100 },
    /^its floating-point samples go from -90 to 142/,
  ],
  "floats a little above 1": [
    { bits: 32, format: 3, photometric: 1, value: (x, y) => grey(x, y) / 230 },
    /^its floating-point samples go from 0\.04348 to 1\.052/,
  ],
  "a float that is no number": [
    { bits: 32, format: 3, photometric: 1, value: (x) => (x === 3 ? Number.NaN : 0.5) },
    /^some of its floating-point samples are no numbers/,
  ],
  "floats with transparency": [
    { bits: 32, format: 3, samples: 4, photometric: RGB, extra: [2], value: () => 0.5 },
    /^its samples are floating-point numbers with transparency/,
  ],
  "numbers of a 12-bit camera": [
    { bits: 16, photometric: 1, value: (x, y) => 16 * grey(x, y) },
    /^its 16-bit samples reach only 3872 of 65535, as numbers of a camera with fewer bits do/,
  ],
  "a fourth channel that is no transparency": [
    { bits: 8, samples: 4, photometric: RGB, extra: [0], value: colour },
    /^it has a fourth sample a pixel, and does not say that it is transparency; save it as RGB$/,
  ],
  "five channels": [{ bits: 8, samples: 5, photometric: 1, value: colour }, /^it has 5 samples a pixel/],
  "CIE Lab": [
    { bits: 8, samples: 3, photometric: 8, value: colour },
    /^its colours are CIE Lab, which is not read; save it as RGB$/,
  ],
  "CIE Lab of 16 bits": [{ bits: 16, samples: 3, photometric: 8, value: colour }, /^its colours are CIE Lab/],
  "ICC Lab": [{ bits: 8, samples: 3, photometric: 9, value: colour }, /^its colours are ICC Lab/],
  "YCbCr without JPEG": [
    { bits: 8, samples: 3, photometric: 6, tags: [[530, [1, 1]]], value: colour },
    /^its colours are YCbCr without JPEG/,
  ],
  "other inks": [
    { bits: 8, samples: 3, photometric: 5, value: colour },
    /^it is made of other inks than CMYK/,
  ],
  "a sensor's mosaic": [
    { bits: 8, photometric: 32803, value: grey },
    /^it is a camera's raw data; develop it/,
  ],
  "a preview in a raw file": [
    {
      bits: 8,
      samples: 3,
      photometric: RGB,
      tags: [
        [254, [1]],
        [330, [0]],
      ],
      value: colour,
    },
    /^it is a camera's raw file, of which only a small preview could be read/,
  ],
  "a compression without its library": [
    { bits: 8, photometric: 1, compression: 50000, value: grey },
    /^it is compressed with Zstandard, which is not read in a TIFF; save it with LZW$/,
  ],
  "a mask": [{ bits: 8, photometric: 4, value: grey }, /^it is a transparency mask/],
};

describe("samples without a certain meaning", () => {
  for (const [what, [file, says]] of Object.entries(NONE)) {
    it(`are left out with the reason: ${what}`, async () => {
      assert.match(await reasonOf(tiff(file)), says);
    });
  }

  it("are a PNG's of 16 bits that reach only what 12 bits can count to; all black is a picture", async () => {
    assert.match(
      await reasonOf(greyPng(16, (x) => 100 * x)),
      /^its 16-bit samples reach only 3100 of 65535, as numbers of a camera with fewer bits do: it would be all but black;/,
    );
    const { pixels } = await decodeImage(
      greyPng(16, () => 0),
      OPTIONS,
    );
    assert.ok(pixels.data.every((level) => level === 0));
  });

  it("are named for what they are in formats that are not read", async () => {
    for (const [head, kind] of [
      ["P6\n2 2\n255\n", "a PPM image"],
      ["P5 2 2 255\n", "a PGM image"],
      ["P7\nWIDTH 2\n", "a PAM image"],
      ["Pf\n2 2\n-1\n", "a PFM image"],
      ["#?RADIANCE\n", "a Radiance HDR image"],
      ["v/1\x01\x02\0\0\0", "an OpenEXR image"],
      ["\x93NUMPY\x01\0", "a NumPy array"],
      ["SIMPLE  =                    T", "a FITS file"],
    ] as const) {
      const bytes = Buffer.concat([Buffer.from(head, "latin1"), Buffer.alloc(64, 200)]);
      assert.match(await reasonOf(bytes), new RegExp(`^it is ${kind} \\(JPEG, PNG`));
    }
  });
});

describe("tiffSamples", () => {
  it("is undefined for what is no TIFF, or one whose directory lies outside of the file", () => {
    assert.equal(tiffSamples(Buffer.from("P6 text")), undefined);
    assert.equal(tiffSamples(Buffer.alloc(0)), undefined);
    const bytes = tiff({ bits: 8, photometric: 1, value: grey });
    for (const length of [2, 4, 8, 100, bytes.length - 40]) {
      assert.equal(tiffSamples(bytes.subarray(0, length)), undefined, `${length} bytes`);
    }
    assert.equal(tiffSamples(bytes)?.photometric, 1);
  });
});

/** A grey PNG of 32 × 24 pixels. @param value of the sample in column x */
/** @param significant written as its chunk `sBIT` */
function greyPng(bits: number, value: (x: number) => number, significant?: number): Buffer {
  const row = Buffer.alloc(1 + (WIDTH * bits) / 8);
  for (let x = 0; x < WIDTH; x++) {
    if (bits === 16) row.writeUInt16BE(value(x), 1 + 2 * x);
    else {
      const at = 1 + Math.floor((x * bits) / 8);
      row[at] = (row[at] as number) | (value(x) << (8 - bits - ((x * bits) % 8)));
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(WIDTH, 0);
  header.writeUInt32BE(HEIGHT, 4);
  header[8] = bits;
  const rows = Buffer.concat(new Array<Buffer>(HEIGHT).fill(row));
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    ...(significant === undefined ? [] : [chunk("sBIT", Buffer.from([significant]))]),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** Of PNG's specification; Node's own came with 20.15. */
function crc32(bytes: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return (sum ^ 0xffffffff) >>> 0;
}
