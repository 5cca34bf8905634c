/** The pictures that are changed: one of every kind that encoders write and the decoder lets in, and some that it has to refuse. */
import type { Sharp } from "sharp";
import { sharp } from "../../../data/image/sharp.js";
import { changedAvif, changedGif, changedWebp } from "./containers.js";
import { changedBytes, type Draw, drawOf } from "./draw.js";
import { changedJpeg } from "./jpeg.js";
import { changedPng, drawnPng } from "./png.js";
import { changedTiff } from "./tiff.js";

export interface Seed {
  readonly kind: string;
  readonly bytes: Buffer;
  /** Changes what the format's structure says. */
  readonly change: (bytes: Buffer, draw: Draw) => Buffer;
  /** Whether it is refused as it is, and in every change that leaves its start alone. */
  readonly isOther?: true;
}

const WIDTH = 40;
const HEIGHT = 30;
/** Depths of each colour type of PNG. */
const PNG_KINDS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** The same for the same version of the encoders. */
export async function drawnSeeds(): Promise<readonly Seed[]> {
  const encoded = Object.entries(ENCODED).map(
    async ([kind, [encode, change]]): Promise<Seed> => ({ kind, bytes: await encode().toBuffer(), change }),
  );
  return [...(await Promise.all(encoded)), ...pngs(), ...others()];
}

/** Slopes with some noise, so that all parts of a format are used. */
function picture(channels: 1 | 3 | 4 = 3): Sharp {
  const draw = drawOf(7, channels);
  const data = Buffer.alloc(WIDTH * HEIGHT * channels);
  for (let at = 0; at < data.length; at++) {
    const pixel = Math.floor(at / channels);
    data[at] =
      ((pixel % WIDTH) * 5 + Math.floor(pixel / WIDTH) * 3 + (at % channels) * 40 + draw.below(24)) & 255;
  }
  return sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels } });
}

/** Three frames. */
function moving(): Sharp {
  const data = Buffer.alloc(WIDTH * HEIGHT * 9, 200);
  for (let at = 0; at < data.length; at += 7) data[at] = at & 255;
  return sharp(data, { raw: { width: WIDTH, height: 3 * HEIGHT, channels: 3, pageHeight: HEIGHT } });
}

type Encoded = readonly [encode: () => Sharp, change: Seed["change"]];

const ENCODED: Readonly<Record<string, Encoded>> = {
  "JPEG baseline, turned": [() => picture().withMetadata({ orientation: 6 }).jpeg(), changedJpeg],
  "JPEG progressive": [
    () => picture().withMetadata({ orientation: 5 }).jpeg({ progressive: true, chromaSubsampling: "4:4:4" }),
    changedJpeg,
  ],
  "JPEG grey": [() => picture(1).toColourspace("b-w").jpeg(), changedJpeg],
  "JPEG CMYK": [() => picture().toColourspace("cmyk").jpeg(), changedJpeg],
  "WebP lossy": [() => picture().withMetadata({ orientation: 3 }).webp(), changedWebp],
  "WebP lossless": [() => picture(4).webp({ lossless: true }), changedWebp],
  "WebP with transparency": [() => picture(4).webp(), changedWebp],
  "WebP moving": [() => moving().webp(), changedWebp],
  GIF: [() => picture().gif(), changedGif],
  "GIF moving": [() => moving().gif(), changedGif],
  "GIF interlaced": [() => picture().gif({ progressive: true }), changedGif],
  "TIFF plain": [() => picture().tiff({ compression: "none" }), changedTiff],
  "TIFF LZW, turned": [
    () => picture().withMetadata({ orientation: 8 }).tiff({ compression: "lzw" }),
    changedTiff,
  ],
  "TIFF tiles": [
    () => picture().tiff({ compression: "deflate", tile: true, tileWidth: 16, tileHeight: 16 }),
    changedTiff,
  ],
  "TIFF JPEG": [() => picture().tiff({ compression: "jpeg" }), changedTiff],
  "TIFF PackBits": [() => picture(4).tiff({ compression: "packbits" }), changedTiff],
  "TIFF fax": [
    () => picture(1).toColourspace("b-w").tiff({ compression: "ccittfax4", bitdepth: 1 }),
    changedTiff,
  ],
  "TIFF 16 bits": [() => picture().toColourspace("rgb16").tiff({ compression: "deflate" }), changedTiff],
  "TIFF floats": [
    () =>
      picture(1)
        .toColourspace("b-w")
        .linear(1 / 255)
        .raw({ depth: "float" })
        .tiff({ compression: "none" }),
    changedTiff,
  ],
  BigTIFF: [() => picture().tiff({ compression: "lzw", bigtiff: true }), changedTiff],
  "TIFF of several sizes": [
    () =>
      picture().tiff({ compression: "deflate", tile: true, tileWidth: 16, tileHeight: 16, pyramid: true }),
    changedTiff,
  ],
  AVIF: [() => picture().avif({ effort: 0, chromaSubsampling: "4:2:0" }), changedAvif],
  "AVIF with transparency": [() => picture(4).avif({ effort: 0 }), changedAvif],
  "AVIF lossless": [() => picture().avif({ effort: 0, lossless: true }), changedAvif],
};

function pngs(): Seed[] {
  return Object.entries(PNG_KINDS).flatMap(([colour, depths]) =>
    depths.flatMap((depth) =>
      [false, true].map((interlaced): Seed => {
        const header = { width: WIDTH, height: HEIGHT, depth, colour: Number(colour), interlaced };
        const kind = `PNG of colour type ${colour}, ${depth} bits${interlaced ? ", interlaced" : ""}`;
        return { kind, bytes: drawnPng(header, drawOf(depth, Number(colour))), change: changedPng };
      }),
    ),
  );
}

/** What no decoder is let near, called like images. */
function others(): Seed[] {
  const drawing =
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><image href="file:///etc/passwd" width="9"/></svg>';
  const kinds: Readonly<Record<string, string | Buffer>> = {
    "SVG drawing": drawing,
    "XML with entities": `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>${drawing}`,
    "PDF document": "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj",
    "PostScript document": "%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) run",
    "BMP image": Buffer.concat([
      Buffer.from("BM\x36\x0e\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", "latin1"),
      Buffer.alloc(3600, 90),
    ]),
    "PPM image": Buffer.concat([
      Buffer.from(`P6 ${WIDTH} ${HEIGHT} 255\n`),
      Buffer.alloc(3 * WIDTH * HEIGHT, 90),
    ]),
    "HEIC photograph": Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic", "latin1"),
    "Radiance image": "#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 30 +X 40\n",
    "VIPS image": Buffer.concat([Buffer.from([0x08, 0xf2, 0xa6, 0xb6]), Buffer.alloc(4000, 40)]),
    text: "#!/bin/sh\nexit 1\n",
  };
  return Object.entries(kinds).map(([kind, content]) => ({
    kind,
    bytes: Buffer.from(content),
    change: (bytes, draw) => Buffer.concat([bytes.subarray(0, 16), changedBytes(bytes.subarray(16), draw)]),
    isOther: true,
  }));
}
