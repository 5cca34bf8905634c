/** What pixels look like as a whole, in numbers. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { looksOf } from "../../../../data/image/looks.js";

/** @param colour of the pixel at a column and row */
function pixels(side: number, colour: (x: number, y: number) => readonly [number, number, number]) {
  const data = Uint8Array.from(
    Array.from({ length: side * side }, (_, at) => colour(at % side, Math.floor(at / side))).flat(),
  );
  return { data, width: side, height: side };
}

describe("looks of pixels", () => {
  it("of one grey are its level, without contrast, colour or detail", () => {
    const { brightness, border, ...rest } = looksOf(pixels(10, () => [100, 100, 100]));
    assert.ok(Math.abs(brightness - 100) < 1e-9 && Math.abs(border - 100) < 1e-9);
    for (const value of Object.values(rest)) assert.ok(Math.abs(value) < 1e-9);
  });

  it("of a chessboard have all contrast and the largest detail", () => {
    const board = looksOf(pixels(8, (x, y) => ((x + y) % 2 === 0 ? [255, 255, 255] : [0, 0, 0])));
    assert.ok(Math.abs(board.contrast - 127.5) < 1e-6 && Math.abs(board.detail - 255) < 1e-6);
    const halves = looksOf(pixels(8, (x) => (x < 4 ? [255, 255, 255] : [0, 0, 0])));
    assert.ok(Math.abs(halves.contrast - board.contrast) < 1e-6);
    // 8 of 112 pairs of neighbours differ.
    assert.ok(Math.abs(halves.detail - (255 * 8) / 112) < 1e-6);
  });

  it("tell a frame from what is in it, and colours from greys", () => {
    const isFrame = (x: number, y: number): boolean => [0, 9].includes(x) || [0, 9].includes(y);
    const framed = looksOf(pixels(10, (x, y) => (isFrame(x, y) ? [0, 0, 0] : [255, 0, 0])));
    assert.equal(framed.border, 0);
    assert.ok(Math.abs(framed.colourfulness - 255 * 0.64) < 1e-9);
    assert.ok(Math.abs(framed.brightness - 255 * 0.64 * 0.299) < 1e-9);
  });
});
