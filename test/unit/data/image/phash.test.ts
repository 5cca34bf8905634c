/** The perceptual hash against a direct computation, and what it recognizes on pictures. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { decodeImage } from "../../../../data/image/decode.js";
import { nearDuplicates, SAME_PICTURE } from "../../../../data/image/nearDuplicates.js";
import { FLAT, hammingDistance, hashGrey, perceptualHash } from "../../../../data/image/phash.js";
import type { Pixels } from "../../../../data/image/sharp.js";
import { drawnFolder } from "../../../support/images/drawn.js";
import { structured, toSharp } from "../../../support/images/pictures.js";

const EACH = 60;
const LABELS = ["disc", "hexagon"] as const;
let images: string;

before(async () => {
  images = await drawnFolder(EACH, LABELS);
});

describe("hashGrey", () => {
  it("has a bit for each of the 64 coefficients, set above the median", () => {
    const grey = Float64Array.from({ length: 1024 }, (_, index) => (index * index * 31 + 7 * index) % 251);
    const coefficients: number[] = [];
    for (let v = 1; v <= 8; v++) {
      for (let u = 1; u <= 8; u++) {
        let sum = 0;
        grey.forEach((value, index) => {
          const x = index % 32;
          const y = Math.floor(index / 32);
          sum += value * Math.cos((Math.PI * u * (x + 0.5)) / 32) * Math.cos((Math.PI * v * (y + 0.5)) / 32);
        });
        coefficients.push(sum);
      }
    }
    const hash = hashGrey(grey);
    const bits = BigInt(`0x${hash}`).toString(2).padStart(64, "0");
    const above = coefficients.filter((_, index) => bits[index] === "1");
    const below = coefficients.filter((_, index) => bits[index] === "0");
    assert.equal(above.length, 32);
    assert.ok(Math.min(...above) > Math.max(...below));
    assert.match(hash, /^[0-9a-f]{16}$/);
  });

  it("does not tell flat pictures apart", () => {
    assert.equal(hashGrey(new Float64Array(1024).fill(128)), FLAT);
    const nearlyFlat = Float64Array.from({ length: 1024 }, (_, index) => 250 + ((index * 7919) % 3) / 2);
    assert.equal(hashGrey(nearlyFlat), FLAT);
  });
});

describe("perceptualHash", () => {
  it("stays the same when a picture is scaled, compressed or made brighter, and differs for another", async () => {
    const hash = await perceptualHash(structured(200, 150, 1));
    const forms: Pixels[] = [structured(400, 300, 1), structured(100, 75, 1)];
    for (const form of [
      toSharp(structured(200, 150, 1)).jpeg({ quality: 60 }),
      toSharp(structured(200, 150, 1))
        .linear(0.9, 10)
        .png(),
    ]) {
      const { pixels } = await decodeImage(await form.toBuffer(), {
        background: "white",
        keepShortSide: 320,
      });
      forms.push(pixels);
    }
    for (const form of forms) assert.ok(hammingDistance(hash, await perceptualHash(form)) <= SAME_PICTURE);
    assert.ok(hammingDistance(hash, await perceptualHash(structured(200, 150, 2))) > 8);
  });

  it("knows copies of pictures, but keeps look-alike shapes apart", async () => {
    const options = { background: "white", keepShortSide: 320 } as const;
    const files = LABELS.flatMap((label) =>
      readdirSync(join(images, label)).map((name) => join(images, label, name)),
    );
    const hashes: string[] = [];
    let copies = 0;
    let known = 0;
    for (const [index, file] of files.entries()) {
      const { pixels } = await decodeImage(await readFile(file), options);
      const hash = await perceptualHash(pixels);
      hashes.push(hash);
      if (index % 3 !== 0) continue;
      for (const copy of [
        await toSharp(pixels).jpeg({ quality: 75 }).toBuffer(),
        await toSharp(pixels)
          .resize(pixels.width >> 1)
          .png()
          .toBuffer(),
      ]) {
        copies++;
        const again = await perceptualHash((await decodeImage(copy, options)).pixels);
        if (hammingDistance(hash, again) <= SAME_PICTURE) known++;
      }
    }
    assert.equal(hashes.length, 120);
    assert.ok(known >= 0.97 * copies, `${known} of ${copies} copies known`);
    assert.deepEqual(nearDuplicates(hashes), []);
  });
});
