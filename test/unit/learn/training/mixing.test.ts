/** Mixup and cutmix: what a mixed batch consists of, and that its targets say so. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  drawMixture,
  largerPart,
  type Mixture,
  mixRecords,
  mixTargets,
} from "../../../../learn/training/step/mixing.js";

const SHAPE = [7, 7, 3];
const LENGTH = 7 * 7 * 3;
const BATCH = 8;
/** Each image is one constant, so that a mixed value tells where it is from. */
const images = Float32Array.from({ length: BATCH * LENGTH }, (_, i) => Math.floor(i / LENGTH));
const draw = (spec: { mixup: number; cutmix: number }, step: number, epoch = 0): Mixture => {
  const mixture = drawMixture(spec, BATCH, SHAPE, 1, 2, { epoch, step });
  assert.ok(mixture);
  return mixture;
};

test("nothing is drawn when both are off", () => {
  const position = { epoch: 0, step: 0 };
  assert.equal(drawMixture(undefined, BATCH, SHAPE, 1, 1, position), undefined);
  assert.equal(drawMixture({ mixup: 0, cutmix: 0 }, BATCH, SHAPE, 1, 1, position), undefined);
});

test("a mixture is a function of seed, stage, epoch and step", () => {
  const spec = { mixup: 0.4, cutmix: 1 };
  const at = (seed: number, stage: number, epoch: number, step: number): string =>
    JSON.stringify(drawMixture(spec, BATCH, SHAPE, seed, stage, { epoch, step }));
  assert.equal(at(1, 2, 3, 4), at(1, 2, 3, 4));
  const others = [at(1, 2, 3, 4), at(2, 2, 3, 4), at(1, 3, 3, 4), at(1, 2, 4, 4), at(1, 2, 3, 5)];
  assert.equal(new Set(others).size, others.length);
});

test("mixup blends every value of an image and of its target in the same parts", () => {
  const spec = { mixup: 0.4, cutmix: 0 };
  for (let step = 0; step < 20; step++) {
    const mixture = draw(spec, step);
    assert.equal(mixture.box, undefined);
    assert.deepEqual([...(mixture.partners as Uint32Array)].sort(), [0, 1, 2, 3, 4, 5, 6, 7]);
    const mixed = mixRecords(images, SHAPE, mixture);
    const targets = mixTargets(
      Float32Array.from({ length: BATCH * BATCH }, (_, i) => (i % (BATCH + 1) === 0 ? 1 : 0)),
      mixture,
    );
    for (let image = 0; image < BATCH; image++) {
      const partner = mixture.partners[image] as number;
      const expected = mixture.share * image + (1 - mixture.share) * partner;
      const own = mixed.subarray(image * LENGTH, (image + 1) * LENGTH);
      assert.ok(own.every((value) => Math.abs(value - expected) < 1e-5));
      const row = targets.subarray(image * BATCH, (image + 1) * BATCH);
      const named = row.reduce((sum, value, label) => sum + value * label, 0);
      assert.ok(Math.abs(named - expected) < 1e-5, "the target names the parts");
      assert.ok(Math.abs(row.reduce((sum, value) => sum + value, 0) - 1) < 1e-6);
    }
  }
});

test("cutmix takes one rectangle from the partner, and the share is what it leaves", () => {
  const sizes = new Set<number>();
  for (let step = 0; step < 200; step++) {
    const mixture = draw({ mixup: 0, cutmix: 1 }, step);
    const { box, share, partners } = mixture;
    assert.ok(box);
    assert.ok(box.top >= 0 && box.bottom <= 7 && box.left >= 0 && box.right <= 7);
    const mixed = mixRecords(images, SHAPE, mixture);
    const image = partners[0] === 0 ? 1 : 0;
    const partner = partners[image] as number;
    if (partner === image) continue;
    let taken = 0;
    for (let i = 0; i < LENGTH; i++) {
      const place = Math.floor(i / 3);
      const [y, x] = [Math.floor(place / 7), place % 7];
      const inside: boolean = y >= box.top && y < box.bottom && x >= box.left && x < box.right;
      assert.equal(mixed[image * LENGTH + i], inside ? partner : image);
      if (inside) taken += 1;
    }
    assert.ok(Math.abs(share - (1 - taken / LENGTH)) < 1e-12);
    sizes.add(taken / 3);
  }
  assert.ok(sizes.size > 10, "areas of many sizes are cut");
});

test("with both on, about half of the steps cut", () => {
  const cuts = Array.from(
    { length: 200 },
    (_, step) => draw({ mixup: 0.2, cutmix: 1 }, step).box !== undefined,
  );
  const share = cuts.filter(Boolean).length / cuts.length;
  assert.ok(share > 0.35 && share < 0.65, `${share}`);
});

test("the label of the larger part counts, and what went in is left as it was", () => {
  assert.deepEqual(largerPart([5, 6, 7], { share: 0.6, partners: [1, 2, 0] }), [5, 6, 7]);
  assert.deepEqual(largerPart([5, 6, 7], { share: 0.4, partners: [1, 2, 0] }), [6, 7, 5]);
  const before = images.slice();
  mixRecords(images, SHAPE, draw({ mixup: 0.4, cutmix: 1 }, 0));
  assert.deepEqual(images, before);
});
