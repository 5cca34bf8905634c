/** Pictures that are decoded beside each other: what becomes of one does not depend on the others. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { alone, beside } from "../../../../data/image/beside.js";
import { decodeImage } from "../../../../data/image/decode.js";
import { mapOrdered } from "../../../../data/ordered.js";
import { picture, toSharp } from "../../../support/images/pictures.js";

const OPTIONS = { background: "white", keepShortSide: 64 } as const;

/** Bytes between two segments, which do no harm. */
function withStrayBytes(jpeg: Buffer): Buffer {
  const end = 4 + jpeg.readUInt16BE(4);
  return Buffer.concat([jpeg.subarray(0, end), Buffer.from("stray"), jpeg.subarray(end)]);
}

test("each is refused for its own reason, or taken, whatever fails and ends beside it", async () => {
  const jpeg = await toSharp(picture(90, 80)).jpeg().toBuffer();
  const png = await toSharp(picture(90, 80, 2))
    .png()
    .toBuffer();
  const files = [
    png,
    png.subarray(0, png.length / 2),
    withStrayBytes(jpeg),
    jpeg.subarray(0, jpeg.length / 2),
    jpeg,
    Buffer.from("<html>no image</html>"),
  ];
  const said = async (bytes: Buffer): Promise<string> =>
    decodeImage(bytes, OPTIONS).then(
      ({ pixels }) => Buffer.from(pixels.data).toString("base64"),
      (error: unknown) => String(error),
    );
  const byThemselves: string[] = [];
  for (const bytes of files) byThemselves.push(await said(bytes));
  assert.match(byThemselves[1] ?? "", /damaged or cut short \(.*png/);
  assert.equal(byThemselves[2], byThemselves[4]);
  assert.match(byThemselves[3] ?? "", /damaged or cut short \(.*[Jj]peg/);
  // Nothing of the decoder's own housekeeping.
  for (const text of byThemselves) assert.doesNotMatch(text, /failOn/);
  const many = Array.from({ length: 30 }, () => files).flat();
  let index = 0;
  for await (const text of mapOrdered(many, 4, said))
    assert.equal(text, byThemselves[index++ % files.length]);
  assert.equal(index, many.length);
});

test("work that is alone waits for what is at work, and what comes later waits for it", async () => {
  const order: string[] = [];
  const go: (() => void)[] = [];
  const work = (name: string) => async (): Promise<void> => {
    order.push(`${name} begins`);
    await new Promise<void>((resolve) => go.push(resolve));
    order.push(`${name} ends`);
  };
  const all = [beside(work("one")), beside(work("two")), alone(work("alone")), beside(work("later"))];
  for (let done = 0; done < all.length; done++) {
    while (go.length === 0) await new Promise(setImmediate);
    go.shift()?.();
    await new Promise(setImmediate);
  }
  await Promise.all(all);
  assert.deepEqual(order, [
    ...["one begins", "two begins", "one ends", "two ends"],
    ...["alone begins", "alone ends", "later begins", "later ends"],
  ]);
});
