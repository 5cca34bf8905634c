/** Every kind of image becomes the same canonical pixels, and what is none says so in plain words. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import sharp from "sharp";
import {
  canonicalSize,
  type DecodedImage,
  decodeImage,
  encodePixels,
} from "../../../../data/image/decode.js";
import type { Pixels } from "../../../../data/image/sharp.js";
import { ThawError } from "../../../../spec/errors.js";
import { difference, picture, png, toSharp } from "../../../support/images/pictures.js";

const OPTIONS = { background: "white", keepShortSide: 320 } as const;
const PICTURE = picture(90, 60);
const source = () => toSharp(PICTURE);
/** The picture in grey, three equal channels. */
async function grey(): Promise<Uint8Array> {
  const levels = await source().greyscale().toColourspace("b-w").raw().toBuffer();
  return Uint8Array.from(
    { length: 3 * levels.length },
    (_, index) => levels[Math.floor(index / 3)] as number,
  );
}

/**
 * The picture as a camera stores it: orientation k says on which sides of the upright picture the first row and the
 * first column lie (Exif 2.32, tag 0x0112).
 */
function asStored(orientation: number): Pixels {
  const { width, height, data } = PICTURE;
  const sideways = orientation >= 5;
  const fromRight = [2, 3, 6, 7].includes(orientation);
  const fromBottom = [3, 4, 7, 8].includes(orientation);
  const [rows, columns] = sideways ? [width, height] : [height, width];
  const stored = new Uint8Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [along, down] = sideways ? [row, column] : [column, row];
      const x = fromRight ? width - 1 - along : along;
      const y = fromBottom ? height - 1 - down : down;
      stored.set(data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3), (row * columns + column) * 3);
    }
  }
  return { data: stored, width: columns, height: rows };
}

const withOrientation = (orientation: number): Promise<Buffer> =>
  toSharp(asStored(orientation)).withMetadata({ orientation }).png().toBuffer();

interface Case {
  readonly kind: string;
  readonly format: string;
  encode(): Promise<Buffer>;
  expected(): Promise<Uint8Array> | Uint8Array;
  /** Levels of 0…255: 0 for lossless forms; the others lose that much by their own nature. */
  readonly within: number;
}

const same = (): Uint8Array => PICTURE.data;
const CASES: readonly Case[] = [
  { kind: "an RGB PNG", format: "png", encode: () => source().png().toBuffer(), expected: same, within: 0 },
  {
    kind: "a 16-bit PNG",
    format: "png",
    encode: () => source().toColourspace("rgb16").png().toBuffer(),
    expected: same,
    within: 0,
  },
  {
    kind: "an opaque RGBA PNG",
    format: "png",
    encode: () => source().ensureAlpha(1).png().toBuffer(),
    expected: same,
    within: 0,
  },
  {
    kind: "a grey PNG",
    format: "png",
    encode: () => source().greyscale().toColourspace("b-w").png().toBuffer(),
    expected: grey,
    within: 0,
  },
  {
    kind: "a 16-bit grey PNG",
    format: "png",
    encode: () => source().greyscale().toColourspace("grey16").png().toBuffer(),
    expected: grey,
    within: 1,
  },
  {
    kind: "a grey PNG with alpha",
    format: "png",
    encode: () => source().greyscale().toColourspace("b-w").ensureAlpha(1).png().toBuffer(),
    expected: grey,
    within: 0,
  },
  {
    kind: "a grey JPEG",
    format: "jpeg",
    encode: () => source().greyscale().toColourspace("b-w").jpeg({ quality: 100 }).toBuffer(),
    expected: grey,
    within: 3,
  },
  {
    kind: "a palette PNG",
    format: "png",
    encode: () => source().png({ palette: true, colours: 256, dither: 0 }).toBuffer(),
    expected: same,
    // 256 colours for a picture with thousands.
    within: 24,
  },
  {
    kind: "a lossless WebP",
    format: "webp",
    encode: () => source().webp({ lossless: true }).toBuffer(),
    expected: same,
    within: 0,
  },
  {
    kind: "a TIFF",
    format: "tiff",
    encode: () => source().tiff({ compression: "deflate" }).toBuffer(),
    expected: same,
    within: 0,
  },
  {
    kind: "an AVIF",
    format: "avif",
    encode: () => source().avif({ quality: 100, chromaSubsampling: "4:4:4" }).toBuffer(),
    expected: same,
    within: 6,
  },
  {
    kind: "a progressive JPEG",
    format: "jpeg",
    encode: () => source().jpeg({ quality: 100, chromaSubsampling: "4:4:4", progressive: true }).toBuffer(),
    expected: same,
    within: 4,
  },
  {
    kind: "a CMYK JPEG",
    format: "jpeg",
    encode: () =>
      source().toColourspace("cmyk").jpeg({ quality: 100, chromaSubsampling: "4:4:4" }).toBuffer(),
    expected: same,
    // The colours are soft, but some still lie outside of what CMYK can print.
    within: 48,
  },
];

async function reasonOf(bytes: Buffer, keepShortSide = 320): Promise<string> {
  const result: DecodedImage | unknown = await decodeImage(bytes, {
    background: "white",
    keepShortSide,
  }).catch((error: unknown) => error);
  assert.ok(result instanceof ThawError, "it was decoded");
  assert.equal(result.code, "IMAGE_UNREADABLE");
  return result.message;
}

describe("decodeImage", () => {
  for (const { kind, format, encode, expected, within } of CASES) {
    it(`reads ${kind}`, async () => {
      const decoded = await decodeImage(await encode(), OPTIONS);
      assert.deepEqual(
        [decoded.format, decoded.width, decoded.height, decoded.pixels.width, decoded.pixels.height],
        [format, 90, 60, 90, 60],
      );
      const { largest } = difference(decoded.pixels.data, await expected());
      assert.ok(largest <= within, `differs by ${largest} levels`);
    });
  }

  it("turns all eight EXIF orientations upright", async () => {
    for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const bytes = await withOrientation(orientation);
      assert.equal((await sharp(bytes).metadata()).orientation, orientation);
      const decoded = await decodeImage(bytes, OPTIONS);
      assert.deepEqual([decoded.width, decoded.height], [90, 60], `orientation ${orientation}`);
      assert.equal(difference(decoded.pixels.data, PICTURE.data).largest, 0, `orientation ${orientation}`);
    }
  });

  it("orients and scales in one go as in two", async () => {
    const bytes = await withOrientation(6);
    const decoded = await decodeImage(bytes, { ...OPTIONS, keepShortSide: 30 });
    assert.deepEqual([decoded.pixels.width, decoded.pixels.height], [45, 30]);
    assert.deepEqual([decoded.width, decoded.height], [90, 60]);
    const expected = await source().resize(45, 30, { fit: "fill" }).raw().toBuffer();
    // Columns and rows are smoothed in the other order when the picture lies on its side.
    assert.ok(difference(decoded.pixels.data, expected).largest <= 2);
  });

  for (const [background, level] of [
    ["white", 255],
    ["black", 0],
  ] as const) {
    it(`puts ${background} behind transparent pixels`, async () => {
      for (const bytes of [
        await source().ensureAlpha(0).png().toBuffer(),
        await source().greyscale().toColourspace("b-w").ensureAlpha(0).png().toBuffer(),
        await source().ensureAlpha(0).toColourspace("rgb16").png().toBuffer(),
        await source().ensureAlpha(0).webp({ lossless: true }).toBuffer(),
      ]) {
        const { pixels } = await decodeImage(bytes, { ...OPTIONS, background });
        assert.equal(pixels.data.length, 90 * 60 * 3);
        assert.ok(pixels.data.every((value) => Math.abs(value - level) <= 1));
      }
    });
  }

  it("applies the embedded colour profile", async () => {
    const bytes = await source().withIccProfile("p3").png().toBuffer();
    const { pixels } = await decodeImage(bytes, OPTIONS);
    assert.ok(difference(pixels.data, PICTURE.data).largest <= 3);
    const ignored = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
    assert.ok(
      difference(ignored, PICTURE.data).largest > 8,
      "the profile makes no difference to this picture",
    );
  });

  it("takes the first page of an animation", async () => {
    const frames = [PICTURE, picture(90, 60, 3)];
    const strip = Buffer.concat(frames.map(({ data }) => data));
    const bytes = await sharp(strip, { raw: { width: 90, height: 120, channels: 3, pageHeight: 60 } })
      .webp({ lossless: true })
      .toBuffer();
    assert.equal((await sharp(bytes).metadata()).pages, 2);
    const decoded = await decodeImage(bytes, OPTIONS);
    assert.deepEqual([decoded.width, decoded.height], [90, 60]);
    assert.equal(difference(decoded.pixels.data, PICTURE.data).largest, 0);
  });

  it("scales down to the short side, and never up", async () => {
    const large = await decodeImage(await png(500, 400), { ...OPTIONS, keepShortSide: 100 });
    assert.deepEqual([large.pixels.width, large.pixels.height], [125, 100]);
    assert.deepEqual([large.width, large.height], [500, 400]);
    const small = await decodeImage(await png(50, 40), { ...OPTIONS, keepShortSide: 100 });
    assert.deepEqual([small.pixels.width, small.pixels.height], [50, 40]);
  });

  it("accepts a JPEG with stray bytes between its segments", async () => {
    const jpeg = await source().jpeg().toBuffer();
    const stray = Buffer.concat([jpeg.subarray(0, 2), Buffer.alloc(3), jpeg.subarray(2)]);
    const clean = await decodeImage(jpeg, OPTIONS);
    assert.deepEqual((await decodeImage(stray, OPTIONS)).pixels, clean.pixels);
  });
});

describe("what cannot be decoded", () => {
  it("is named for what it is", async () => {
    const heic = Buffer.concat([
      Buffer.from("\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "latin1"),
      Buffer.alloc(300),
    ]);
    for (const [bytes, reason] of [
      [Buffer.alloc(0), /^the file is empty$/],
      [Buffer.from("<!DOCTYPE html>\n<html><svg></svg>Not found</html>"), /^it is an HTML page/],
      [
        Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"/>'),
        /^it is an SVG drawing/,
      ],
      [Buffer.from("just some words\n"), /^it is text/],
      [Buffer.from("%PDF-1.7 and so on"), /^it is a PDF document/],
      [Buffer.from("BM\x10\x00\x00\x00\x00\x00", "latin1"), /^it is a BMP image/],
      [Buffer.from("version https://git-lfs.github.com/spec/v1\n"), /^it is a Git LFS pointer/],
      [heic, /^it is a HEIC photograph; convert it/],
      [Buffer.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 250]), /^it is no image \(JPEG, PNG/],
    ] as const) {
      assert.match(await reasonOf(bytes), reason);
    }
  });

  it("is damaged when it is cut short, whatever the format", async () => {
    const noise = sharp({
      create: {
        width: 120,
        height: 90,
        channels: 3,
        background: "grey",
        noise: { type: "gaussian", mean: 128, sigma: 30 },
      },
    });
    for (const bytes of [
      await noise.clone().jpeg().toBuffer(),
      await noise.clone().jpeg({ progressive: true }).toBuffer(),
      await noise.clone().png().toBuffer(),
      await noise.clone().webp().toBuffer(),
      await noise.clone().tiff({ compression: "deflate" }).toBuffer(),
    ]) {
      await decodeImage(bytes, OPTIONS);
      const cut = bytes.subarray(0, Math.round(bytes.length * 0.6));
      assert.match(await reasonOf(cut), /^it is (damaged or cut short|a damaged TIFF image) \(.+\)$/);
    }
  });

  it("is damaged when a PNG's checksum or a JPEG's code is wrong", async () => {
    const bytes = Buffer.from(await source().png().toBuffer());
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 0xff;
    assert.match(await reasonOf(bytes), /damaged/);
    const jpeg = Buffer.from(await source().jpeg({ quality: 95 }).toBuffer());
    jpeg.fill(0x55, jpeg.length - 400, jpeg.length - 100);
    assert.match(await reasonOf(jpeg), /damaged/);
  });

  it("has too few pixels, too many, or is a strip", async () => {
    assert.match(await reasonOf(await png(40, 7)), /^40 × 7 pixels are too few: at least 8/);
    // A small file that claims to be huge: the size in a JPEG's frame header (marker SOF0) has no checksum.
    const bomb = await source().jpeg().toBuffer();
    const frame = bomb.indexOf(Buffer.from([0xff, 0xc0]));
    bomb.writeUInt16BE(50_000, frame + 5);
    bomb.writeUInt16BE(60_000, frame + 7);
    assert.match(await reasonOf(bomb), /^60000 × 50000 pixels are too many: the limit is 134 million/);
    assert.match(await reasonOf(await png(20_000, 8)), /too long a strip/);
  });
});

describe("encodePixels", () => {
  it("is lossless, repeatable and carries no metadata", async () => {
    const encoded = await encodePixels(PICTURE);
    assert.deepEqual(await encodePixels(PICTURE), encoded);
    assert.deepEqual(canonicalSize(encoded), { width: 90, height: 60 });
    const { data, info } = await sharp(encoded).raw().toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height, info.channels], [90, 60, 3]);
    assert.equal(difference(data, PICTURE.data).largest, 0);
    const { exif, icc, xmp, orientation } = await sharp(encoded).metadata();
    assert.deepEqual([exif, icc, xmp, orientation], [undefined, undefined, undefined, undefined]);
  });
});
