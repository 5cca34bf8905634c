/** Memory of decoding: what would take too much is left out by its header, and the rest shares a budget. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { deflateSync } from "node:zlib";
import { decodeImage } from "../../../../data/image/decode.js";
import { decoding, HELD_BYTES, type HeldHeader, heldBytes, whyTooMuch } from "../../../../data/image/held.js";
import { pngFile } from "../../../fuzz/images/png.js";
import { png } from "../../../support/images/pictures.js";

const OPTIONS = { background: "white", keepShortSide: 64 } as const;
const header = (format: HeldHeader["format"], megapixels: number, other: Partial<HeldHeader> = {}) =>
  ({
    format,
    width: megapixels * 1000,
    height: 1000,
    depth: "uchar",
    channels: 3,
    isProgressive: false,
    ...other,
  }) satisfies HeldHeader;

describe("memory of decoding", () => {
  const fits: Readonly<Record<string, HeldHeader>> = {
    "a JPEG of a medium-format camera": header("jpeg", 134),
    "that as progressive 4:2:0": header("jpeg", 102, { isProgressive: true, chromaSubsampling: "4:2:0" }),
    "a PNG of the most pixels with transparency": header("png", 134, { channels: 4 }),
    "a PNG of 102 megapixels, interlaced": header("png", 102, { isProgressive: true }),
    "16 bits of 60 megapixels": header("tiff", 60, { depth: "ushort" }),
    "an AVIF of 24 megapixels": header("heif", 24),
    "a WebP of 65 megapixels": header("webp", 65, { channels: 4 }),
  };
  for (const [what, one] of Object.entries(fits)) {
    it(`is enough for ${what}`, () => assert.equal(whyTooMuch(one), undefined));
  }

  const refused: Readonly<Record<string, readonly [HeldHeader, RegExp]>> = {
    "16 bits interlaced": [
      header("png", 134, { depth: "ushort", channels: 4, isProgressive: true }),
      /that are interlaced take about 12\d\d MB to decode, and the limit is 503 MB; .* without interlacing/,
    ],
    "16 bits of the most pixels": [
      header("png", 134, { depth: "ushort" }),
      /of 16 bits a sample.*with 8 bits/,
    ],
    "floating point": [header("tiff", 40, { depth: "float" }), /of 32 bits a sample/],
    "progressive 4:4:4": [header("jpeg", 134, { isProgressive: true }), /as a progressive JPEG/],
    "an AVIF of 50 megapixels": [header("heif", 50), /as AVIF take about 1000 MB/],
    "a GIF of 100 megapixels": [header("gif", 100), /as GIF/],
  };
  for (const [what, [one, reason]] of Object.entries(refused)) {
    it(`is not enough for ${what}`, () => assert.match(whyTooMuch(one) ?? "it fits", reason));
  }

  it("is judged by the header: what would take too much is not decoded", async () => {
    const bytes = pngFile(
      { width: 11_584, height: 11_584, depth: 16, colour: 6, interlaced: true },
      deflateSync(Buffer.alloc(8)),
    );
    await assert.rejects(decodeImage(bytes, OPTIONS), {
      code: "IMAGE_UNREADABLE",
      message: /11584 × 11584 pixels that are interlaced take about 1235 MB/,
    });
  });

  it("is shared: an image waits while another one takes all of it", async () => {
    let done = (): void => undefined;
    const all = decoding.spend(HELD_BYTES, () => new Promise<void>((resolve) => (done = resolve)));
    let decoded = false;
    const waiting = decodeImage(await png(64, 64, 1), OPTIONS).then(() => {
      decoded = true;
    });
    // Far longer than decoding it takes: another one, outside of the budget, is through by then.
    const { sharp } = await import("../../../../data/image/sharp.js");
    for (let i = 0; i < 20; i++)
      await sharp(await png(64, 64, 2))
        .raw()
        .toBuffer();
    assert.equal(decoded, false);
    done();
    await Promise.all([all, waiting]);
    assert.equal(decoded, true);
  });

  it("is what the header says times what the format holds", () => {
    assert.equal(heldBytes(header("png", 10, { isProgressive: true })), 10e6 * (3 + 1.2));
    assert.equal(heldBytes(header("jpeg", 10)), 10e6 * 1.2);
  });
});
