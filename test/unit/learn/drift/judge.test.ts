/** The verdict on drift, on drawn features. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { judgeDrift } from "../../../../learn/drift/judge.js";
import type { FileLooks, HeldOutImage } from "../../../../learn/drift/sample.js";
import { randomStream } from "../../../../rng/stream.js";

const CLASSES = ["cat", "dog", "owl"];
const WIDTH = 24;

interface Drawing {
  /** Share of each class. */
  readonly shares?: readonly number[];
  /** Added to some of the features. */
  readonly shift?: number;
  /** Of the distance of the classes: less makes them harder to tell apart. */
  readonly apart?: number;
  readonly looks?: Partial<FileLooks>;
}

/** Images whose features are normal around their class's place, seen by a model that knows the places. */
function drawn(seed: number, count: number, drawing: Drawing = {}): HeldOutImage[] {
  const { shares = [1 / 3, 1 / 3, 1 / 3], shift = 0, apart = 1, looks = {} } = drawing;
  return Array.from({ length: count }, (_, index) => {
    const stream = randomStream(seed, "drawn features", index);
    const at = stream.uniform(0);
    const label = at < (shares[0] ?? 0) ? 0 : at < (shares[0] ?? 0) + (shares[1] ?? 0) ? 1 : 2;
    const normal = (k: number): number =>
      Math.sqrt(-2 * Math.log(1 - stream.uniform(2 * k + 1))) *
      Math.cos(2 * Math.PI * stream.uniform(2 * k + 2));
    const features = Float32Array.from({ length: WIDTH }, (_, k) => {
      const place = k === label ? 3 * apart : 0;
      return place + normal(k) + (k >= 3 && k < 9 ? shift : 0);
    });
    const powers = CLASSES.map((_, c) => Math.exp(3 * (features[c] as number)));
    const sum = powers.reduce((total, power) => total + power, 0);
    return {
      path: `${seed}/${index}.jpg`,
      label,
      features,
      probabilities: powers.map((power) => power / sum),
      looks: {
        ...{ width: 96, height: 96, format: "jpeg", contrast: 40, colourfulness: 30, detail: 5, border: 128 },
        brightness: 100 + 10 * stream.uniform(200),
        ...looks,
      },
    };
  });
}

const judged = (count: number, drawing: Drawing, seed = 1) =>
  judgeDrift(drawn(seed, count), drawn(seed + 1000, count, drawing), CLASSES, seed);

describe("judging drift", () => {
  it("gives at most a twentieth of alarms where nothing differs", () => {
    const trials = 50;
    const alarms = Array.from({ length: trials }, (_, seed) => judged(25, {}, seed)).filter(
      ({ verdict, kind }) => verdict !== "same" || kind !== "none",
    );
    // Of 50 more than 6 come with a probability of 1 % at a level of 5 %.
    assert.ok(alarms.length <= 6, `${alarms.length} of ${trials}`);
  });

  it("says that images of one kind look the same, and lists none", () => {
    const found = judged(80, {}, 5);
    assert.equal(found.verdict, "same", found.sentence);
    assert.match(
      found.sentence,
      /^looks the same: of 80 new and 80 held-out images nothing differs provably/,
    );
    assert.deepEqual([found.newest, found.properties], [[], []]);
    assert.ok(Math.abs((found.test?.auc ?? 0) - 0.5) < 0.12);
    assert.ok(found.accuracy.estimates?.length === 2);
  });

  it("tells other pictures from other shares of the classes", () => {
    const inputs = judged(120, { shift: 0.5 });
    assert.equal(inputs.kind, "inputs", inputs.sentence);
    assert.ok((inputs.test?.pWithinClasses ?? 1) < 0.05);
    const labels = judged(120, { shares: [0.8, 0.1, 0.1] });
    assert.equal(labels.kind, "labels", labels.sentence);
    assert.match(labels.sentence, /% of the new images are predicted as cat/);
    assert.match(labels.sentence, /the pictures of a class do not differ provably/);
    const both = judged(120, { shares: [0.8, 0.1, 0.1], shift: 0.8 });
    assert.equal(both.kind, "both", both.sentence);
  });

  it("says that it may hurt where the model becomes unsure, with an estimate that is near the truth", () => {
    const fresh = drawn(1001, 150, { apart: 0.45 });
    const found = judgeDrift(drawn(1, 150), fresh, CLASSES, 1);
    assert.equal(found.verdict, "may-hurt", found.sentence);
    assert.match(found.sentence, /^may hurt: estimated accuracy \d/);
    const isRight = ({ probabilities, label }: HeldOutImage): boolean =>
      probabilities.indexOf(Math.max(...probabilities)) === label;
    const truth = fresh.filter(isRight).length / fresh.length;
    assert.ok(truth < found.accuracy.heldOut - 0.1);
    for (const { accuracy, method } of found.accuracy.estimates ?? [])
      assert.ok(accuracy < found.accuracy.heldOut - 0.03, `${method}: ${accuracy}, truth ${truth}`);
  });

  it("cannot say what the accuracy is where the images lie outside of the held-out ones", () => {
    const found = judged(80, { shift: 4 });
    assert.equal(found.verdict, "different", found.sentence);
    assert.ok((found.test?.auc ?? 0) > 0.9);
    assert.equal(found.accuracy.estimates, undefined);
    assert.match(found.sentence, /whether it hurts cannot be said: the new images lie outside/);
    assert.ok((found.distance ?? 0) > 1.5);
  });

  it("cannot say anything of few images, and nothing of the accuracy with few held-out ones", () => {
    const few = judgeDrift(drawn(1, 100), drawn(2, 19), CLASSES, 1);
    assert.equal(few.verdict, "cannot-say");
    assert.match(
      few.sentence,
      /^cannot say: there are 19 new and 100 held-out images to compare, fewer than 20$/,
    );
    assert.equal(few.test, undefined);
    const none = judgeDrift([], drawn(2, 40), CLASSES, 1);
    assert.deepEqual([none.verdict, none.accuracy.heldOut], ["cannot-say", 0]);
    const some = judgeDrift(drawn(1, 30), drawn(2, 60), CLASSES, 1);
    assert.match(some.accuracy.unknown ?? "", /30 held-out images are too few/);
  });

  it("names the property of the files that differs most", () => {
    const resized = judged(60, { shift: 1, looks: { width: 640, height: 480, format: "png" } });
    assert.match(
      resized.sentence,
      /; all new images are 640×480 PNG, all held-out images are 96×96 JPEG; /,
      resized.sentence,
    );
    const dark = judged(60, { shift: 1, looks: { brightness: 30 } });
    assert.match(dark.sentence, /the new images are darker \(brightness 30 against 10\d of 255, medians\)/);
    const plain = judged(60, {}, 5);
    assert.deepEqual(plain.properties, []);
  });

  it("lists the images that look newest first, without those that look like before", () => {
    const fresh = [...drawn(50, 60), ...drawn(51, 30, { shift: 2.5 })];
    const { newest, verdict } = judgeDrift(drawn(1, 90), fresh, CLASSES, 1);
    assert.notEqual(verdict, "same");
    assert.equal(newest.length, 12);
    assert.ok(newest.filter(({ path }) => path.startsWith("51/")).length >= 11, JSON.stringify(newest));
  });

  it("gives the same findings for the same images and seed", () => {
    assert.deepEqual(judged(40, { shift: 0.5 }), judged(40, { shift: 0.5 }));
  });
});
