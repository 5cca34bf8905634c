/** Views: the plain one against Pillow, the varied ones against their definition. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import sharp from "sharp";
import { encodePixels } from "../../../../data/image/decode.js";
import { colourMap, meanLuma } from "../../../../data/views/colour.js";
import {
  renderView,
  type ViewInput,
  type ViewParameters,
  viewParameters,
} from "../../../../data/views/views.js";
import { viewWindow, windowRange } from "../../../../data/views/window.js";
import { randomStream } from "../../../../rng/stream.js";
import type { AugmentSpec } from "../../../../spec/runFile/augment.js";
import { difference, picture } from "../../../support/images/pictures.js";

const FIXTURES = "test/fixtures/resize";
const INPUT: ViewInput = { size: 56, cropFraction: 0.875, kernel: "cubic" };
const AUGMENT: AugmentSpec = {
  kind: "general",
  views: 6,
  flip: true,
  crop: 0.15,
  rotate: 10,
  colour: 0.15,
  erase: 0,
};
/** As the SHA-256 of a file. */
const digestOf = (image: number): string => createHash("sha256").update(`image ${image}`).digest("hex");

/** Nothing is changed; with `crop` 0 it shows what the plain view shows. */
const UNCHANGED: ViewParameters = {
  crop: 0,
  zoom: 0,
  x: 0,
  y: 0,
  angle: 0,
  flip: false,
  brightness: 1,
  contrast: 1,
  saturation: 1,
};

describe("the plain view", () => {
  // Both implementations are in whole numbers between their two passes: 1–3 levels of rounding when shrinking. From a
  // factor of 4 on libvips averages 2 × 2 pixels first; enlarging is computed exactly as Pillow does.
  for (const [name, within, meanWithin] of [
    ["shrink", 3, 0.2],
    ["shrink-much", 6, 0.4],
    ["enlarge", 1, 0.01],
  ] as const) {
    for (const kernel of ["cubic", "linear"] as const) {
      it(`is Pillow's (${name}, ${kernel})`, async () => {
        const view = await renderView(await readFile(`${FIXTURES}/${name}.png`), { ...INPUT, kernel });
        const expected = await sharp(`${FIXTURES}/${name}-${kernel}.png`).raw().toBuffer();
        assert.equal(view.length, 56 * 56 * 3);
        const { largest, mean } = difference(view, expected);
        assert.ok(largest <= within && mean <= meanWithin, `largest ${largest}, mean ${mean}`);
      });
    }
  }

  it("has the middle of the image, on the long side too", async () => {
    const data = new Uint8Array(640 * 320 * 3);
    // A white square in the middle of black.
    for (let y = 110; y < 210; y++) data.fill(255, (y * 640 + 270) * 3, (y * 640 + 370) * 3);
    const view = await renderView(await encodePixels({ data, width: 640, height: 320 }), {
      size: 224,
      cropFraction: 0.875,
      kernel: "linear",
    });
    // Short side 320 → 256, so the square's 100 pixels become 80, around the centre at 112.
    const row = Array.from({ length: 224 }, (_, x) => view[(112 * 224 + x) * 3] as number);
    assert.deepEqual(
      [row.findIndex((value) => value > 127), row.findLastIndex((value) => value > 127)],
      [72, 151],
    );
  });

  it("can be had of very small and very long images", async () => {
    for (const [width, height] of [
      [8, 8],
      [10, 300],
      [250, 8],
      [100, 100],
    ] as const) {
      const encoded = await encodePixels(picture(width, height));
      assert.equal((await renderView(encoded, { ...INPUT, size: 224 })).length, 224 * 224 * 3);
      assert.equal((await renderView(encoded, { ...INPUT, size: 224 }, UNCHANGED)).length, 224 * 224 * 3);
    }
  });
});

describe("viewParameters", () => {
  it("is a function of seed, image and view, and stays in its ranges", () => {
    const drawn = new Set<string>();
    let flipped = 0;
    for (let index = 0; index < 600; index++) {
      const parameters = viewParameters(AUGMENT, 1 + (index % 2), digestOf(index % 20), index % 15);
      assert.deepEqual(
        viewParameters(AUGMENT, 1 + (index % 2), digestOf(index % 20), index % 15),
        parameters,
      );
      drawn.add(JSON.stringify(parameters));
      const { zoom, x, y, angle, brightness, contrast, saturation } = parameters;
      assert.ok(zoom >= 0 && zoom < 1 && Math.abs(x) <= 1 && Math.abs(y) <= 1 && Math.abs(angle) <= 10);
      for (const factor of [brightness, contrast, saturation]) assert.ok(Math.abs(factor - 1) <= 0.15);
      if (parameters.flip) flipped++;
    }
    // Seeds alternate with the parity of the index, so 60 combinations occur: lcm(2, 20, 15).
    assert.equal(drawn.size, 60);
    assert.ok(flipped > 150 && flipped < 450);
  });

  it("varies with either half of the digest's first 64 bits, and not with what follows", () => {
    const digest = digestOf(1);
    const drawn = (image: string): string => JSON.stringify(viewParameters(AUGMENT, 1, image, 1));
    const changedAt = (at: number): string => {
      const digit = digest[at] === "0" ? "1" : "0";
      return digest.slice(0, at) + digit + digest.slice(at + 1);
    };
    for (const at of [0, 7, 8, 15]) assert.notEqual(drawn(changedAt(at)), drawn(digest), `${at}`);
    for (const at of [16, 63]) assert.equal(drawn(changedAt(at)), drawn(digest), `${at}`);
  });

  it("flips only when told to, and changes nothing when all is off", () => {
    const off = { ...AUGMENT, flip: false, crop: 0, rotate: 0, colour: 0 };
    for (let image = 0; image < 50; image++) {
      assert.equal(viewParameters({ ...AUGMENT, flip: false }, 1, digestOf(image), 1).flip, false);
      const { zoom: _zoom, x: _x, y: _y, ...rest } = viewParameters(off, 1, digestOf(image), 1);
      const { zoom: _0, x: _1, y: _2, ...unchanged } = UNCHANGED;
      assert.deepEqual({ ...rest, angle: Math.abs(rest.angle) }, unchanged);
    }
  });
});

describe("random erasing", () => {
  it("paints rectangles of 2 to 33 % of the area with the mean colour, in the share asked for", async () => {
    let erased = 0;
    for (let image = 0; image < 400; image++) {
      const { erased: area, ...rest } = viewParameters({ ...AUGMENT, erase: 0.5 }, 1, digestOf(image), 1);
      assert.deepEqual(
        rest,
        viewParameters(AUGMENT, 1, digestOf(image), 1),
        "the other draws stay as they are",
      );
      if (area === undefined) continue;
      erased += 1;
      const { top, left, height, width } = area;
      assert.ok(top >= 0 && left >= 0 && top + height <= 1 + 1e-9 && left + width <= 1 + 1e-9);
      assert.ok(height * width >= 0.02 - 1e-9 && height * width <= 0.33 + 1e-9);
    }
    assert.ok(erased > 160 && erased < 240, `${erased}`);
  });

  it("leaves every other pixel as it was", async () => {
    const encoded = await readFile(`${FIXTURES}/shrink.png`);
    const area = { top: 0.25, left: 0.5, height: 0.5, width: 0.25 };
    const plain = await renderView(encoded, INPUT, UNCHANGED);
    const painted = await renderView(encoded, INPUT, { ...UNCHANGED, erased: area });
    const mean = [0, 1, 2].map((c) => {
      const values = plain.filter((_, i) => i % 3 === c);
      return Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);
    });
    for (let i = 0; i < plain.length; i++) {
      const [row, column] = [Math.floor(i / 3 / 56), Math.floor(i / 3) % 56];
      const inside = row >= 14 && row < 42 && column >= 28 && column < 42;
      assert.equal(painted[i], inside ? mean[i % 3] : plain[i]);
    }
  });
});

describe("viewWindow", () => {
  it("never leaves the image, nor loses more than it may (2000 random cases)", () => {
    for (let seed = 0; seed < 2000; seed++) {
      const stream = randomStream(seed, "window");
      const width = 8 + (stream.word(0) % 600);
      const height = 8 + (stream.word(1) % 600);
      const augment = { ...AUGMENT, crop: stream.uniform(2), rotate: 180 * stream.uniform(3) };
      const parameters = viewParameters(augment, seed, digestOf(0), 1);
      const { side, centreX, centreY, angle } = viewWindow(width, height, 0.875, parameters);
      for (const [dx, dy] of [
        [-1, -1],
        [-1, 1],
        [1, -1],
        [1, 1],
      ] as const) {
        const x = centreX + (side / 2) * (dx * Math.cos(angle) - dy * Math.sin(angle));
        const y = centreY + (side / 2) * (dx * Math.sin(angle) + dy * Math.cos(angle));
        assert.ok(
          x > -1e-9 && x < width + 1e-9 && y > -1e-9 && y < height + 1e-9,
          `seed ${seed}: ${x}, ${y}`,
        );
      }
      const short = Math.min(width, height);
      const turned = Math.abs(Math.cos(angle)) + Math.abs(Math.sin(angle));
      const smallest = Math.min(windowRange(0.875, augment.crop).from * short, short / turned);
      assert.ok(side >= smallest - 1e-9);
      assert.ok(Math.abs(centreX - width / 2) <= (augment.crop * width) / 2 + 1e-9);
    }
  });

  it("ranges around the plain view", () => {
    assert.deepEqual(windowRange(0.875, 0), { from: 0.875, to: 0.875 });
    assert.deepEqual(windowRange(0.875, 0.15), { from: 0.85, to: 1 });
    assert.deepEqual(windowRange(0.875, 1), { from: 0.1, to: 1 });
  });
});

describe("the varied view", () => {
  const source = picture(300, 240);

  it("is the plain view when nothing is varied", async () => {
    const encoded = await encodePixels(source);
    const varied = await renderView(encoded, INPUT, UNCHANGED);
    // The middle may fall half a pixel off, where the plain view has to cut at whole pixels.
    assert.ok(difference(varied, await renderView(encoded, INPUT)).mean < 1);
    const square = await encodePixels(picture(240, 240));
    assert.ok(
      difference(await renderView(square, INPUT, UNCHANGED), await renderView(square, INPUT)).largest <= 1,
    );
  });

  it("mirrors and turns about the middle", async () => {
    const square = await encodePixels(picture(240, 240));
    const at = (view: Buffer, x: number, y: number): number[] => [
      ...view.subarray((y * 56 + x) * 3, (y * 56 + x) * 3 + 3),
    ];
    const plain = await renderView(square, INPUT, UNCHANGED);
    const flipped = await renderView(square, INPUT, { ...UNCHANGED, flip: true });
    const quarter = await renderView(square, INPUT, { ...UNCHANGED, angle: 90 });
    const half = await renderView(square, INPUT, { ...UNCHANGED, angle: 180 });
    for (const [x, y] of [
      [0, 0],
      [3, 40],
      [55, 10],
      [30, 29],
    ] as const) {
      const close = (a: number[], b: number[]): void =>
        assert.ok(a.every((value, i) => Math.abs(value - (b[i] as number)) <= 1));
      close(at(flipped, x, y), at(plain, 55 - x, y));
      // The window turns clockwise: what was on its right, at the picture's right, is now seen where its bottom looks.
      close(at(quarter, x, y), at(plain, 55 - y, x));
      close(at(half, x, y), at(plain, 55 - x, 55 - y));
    }
  });

  it("moves where the window moves", async () => {
    const data = new Uint8Array(240 * 240 * 3);
    for (let y = 0; y < 240; y++)
      for (let x = 0; x < 240; x++) data.fill(x, (y * 240 + x) * 3, (y * 240 + x) * 3 + 3);
    const ramp = await encodePixels({ data, width: 240, height: 240 });
    const right = await renderView(ramp, INPUT, { ...UNCHANGED, crop: 0.5, zoom: 0, x: 1 });
    const left = await renderView(ramp, INPUT, { ...UNCHANGED, crop: 0.5, zoom: 0, x: -1 });
    // Half of the side is shown, from 0…120 on the left and 120…240 on the right.
    assert.ok((left[0] as number) <= 2 && Math.abs((left[55 * 3] as number) - 118) <= 2);
    assert.ok(Math.abs((right[0] as number) - 121) <= 2 && (right[55 * 3] as number) >= 237);
  });

  it("invents no pixels: a turned view of one colour is of one colour", async () => {
    const encoded = await encodePixels({
      data: new Uint8Array(64 * 48 * 3).fill(200),
      width: 64,
      height: 48,
    });
    for (const angle of [3, 45, -90, 133]) {
      const view = await renderView(encoded, INPUT, { ...UNCHANGED, angle, crop: 0.3, zoom: 1, x: 1, y: -1 });
      assert.ok(view.every((value) => value === 200));
    }
  });

  it("changes brightness, contrast and saturation as torchvision does", () => {
    const apply = (factors: Partial<ViewParameters>, rgb: readonly number[], mean: number): number[] => {
      const { matrix, offset } = colourMap({ brightness: 1, contrast: 1, saturation: 1, ...factors }, mean);
      return [0, 1, 2].map((row) =>
        rgb.reduce((sum, value, i) => sum + value * (matrix[3 * row + i] as number), offset),
      );
    };
    const near = (a: number[], b: number[]): void => {
      const close = a.every((value, i) => Math.abs(value - (b[i] as number)) < 1e-9);
      assert.ok(close, `${a} is not ${b}`);
    };
    const grey = 0.299 * 100 + 0.587 * 50 + 0.114 * 200;
    near(apply({}, [100, 50, 200], 80), [100, 50, 200]);
    near(apply({ brightness: 1.2 }, [100, 50, 200], 80), [120, 60, 240]);
    near(apply({ contrast: 0.5 }, [100, 50, 200], 80), [90, 65, 140]);
    near(apply({ saturation: 0 }, [100, 50, 200], 80), [grey, grey, grey]);
    near(
      apply({ saturation: 1.5 }, [100, 50, 200], 80),
      [100, 50, 200].map((v) => grey + 1.5 * (v - grey)),
    );
    const sequence = [100, 50, 200].map((v) => 0.9 * (80 + 1.3 * (grey + 0.8 * (v - grey) - 80)));
    near(apply({ brightness: 0.9, contrast: 1.3, saturation: 0.8 }, [100, 50, 200], 80), sequence);
    assert.ok(Math.abs(meanLuma(Uint8Array.of(100, 50, 200, 0, 0, 0)) - grey / 2) < 1e-9);
  });

  it("is the same whether or not the buffer was used before, and for other settings", async () => {
    const encoded = await encodePixels(source);
    const parameters = viewParameters(AUGMENT, 1, digestOf(0), 1);
    const first = await renderView(encoded, INPUT, parameters);
    const other = await renderView(encoded, { ...INPUT, size: 32 }, parameters);
    assert.equal(other.length, 32 * 32 * 3);
    assert.deepEqual(await renderView(encoded, INPUT, parameters), first);
    assert.deepEqual(await renderView(Buffer.from(encoded), INPUT, parameters), first);
    const views = await Promise.all(
      [1, 2, 3, 4].map((view) => renderView(encoded, INPUT, viewParameters(AUGMENT, 1, digestOf(0), view))),
    );
    assert.equal(new Set(views.map((view) => view.toString("base64"))).size, 4);
  });
});
