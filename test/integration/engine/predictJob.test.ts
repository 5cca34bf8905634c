/** The `predict` job with the real base: every file gets its own answer, in order, readable or not. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import sharp from "sharp";
import { predictJob } from "../../../engine/predictJob.js";
import { HEAD_BIAS, HEAD_KERNEL } from "../../../learn/network/head.js";
import { writeSafetensors } from "../../../learn/safetensors.js";
import { randomStream } from "../../../rng/stream.js";
import type { Progress } from "../../../spec/records/training.js";
import { picture, structured, temporaryFolder, toSharp } from "../../support/images/pictures.js";
import { assertClose, base, checkpointFile } from "../../unit/learn/support.js";

const CLASSES = 3;

describe("predictJob", () => {
  it("answers for every file, in order, and goes on after those that cannot be read", async (t) => {
    const folder = await temporaryFolder(t);
    const stream = randomStream(1, "head");
    const { features } = base.architecture;
    const kernel = Float32Array.from(
      { length: features * CLASSES },
      (_, index) => 0.1 * (stream.uniform(index) - 0.5),
    );
    const weights = join(folder, "weights.safetensors");
    await writeSafetensors(
      weights,
      new Map([
        [HEAD_KERNEL, { shape: [features, CLASSES], data: kernel }],
        [HEAD_BIAS, { shape: [CLASSES], data: new Float32Array(CLASSES) }],
      ]),
    );
    const named = (name: string): string => join(folder, name);
    await toSharp(picture(300, 200)).png().toFile(named("upright.png"));
    // The same picture as a camera held sideways stores it.
    await toSharp(picture(300, 200))
      .rotate(270)
      .withMetadata({ orientation: 6 })
      .png()
      .toFile(named("lying.png"));
    await toSharp(structured(90, 120, 1))
      .png()
      .toFile(named("other.png"));
    await writeFile(named("page.jpg"), "<html></html>");
    const others = new Array<string>(40).fill(named("other.png"));
    const files = [
      named("upright.png"),
      named("page.jpg"),
      ...others,
      named("missing.png"),
      named("lying.png"),
      folder,
      named("pipe.png"),
      named("moving.gif"),
    ];
    const frames = [0, 255].map((level) => Buffer.alloc(4 * 40 * 40, level));
    await sharp(Buffer.concat(frames), { raw: { width: 40, height: 80, channels: 4, pageHeight: 40 } })
      .gif()
      .toFile(named("moving.gif"));
    execFileSync("mkfifo", [named("pipe.png")]);

    const progress: Progress[] = [];
    const job = {
      kind: "predict",
      base: { name: base.name, checkpoint: await checkpointFile() },
      weights,
      files,
      background: "white",
      keepShortSide: 320,
      classes: Array.from({ length: CLASSES }, (_, c) => `class ${c}`),
    } as const;
    const answer = await predictJob(job, (one) => progress.push(one));

    assert.deepEqual(
      answer.map(({ path }) => path),
      files,
    );
    const errors = answer.filter(({ error }) => error !== undefined);
    assert.deepEqual(
      errors.map(({ error, probabilities }) => [error?.replace(/ \(JPEG.*/, ""), probabilities]),
      [
        ["it is an HTML page", undefined],
        ["there is no such file", undefined],
        ["it cannot be read (EISDIR)", undefined],
        ["it is a pipe, socket or device, no file", undefined],
      ],
    );
    for (const { probabilities } of answer.filter(({ error }) => error === undefined)) {
      assert.equal(probabilities?.length, CLASSES);
      assert.ok(Math.abs(probabilities.reduce((sum, value) => sum + value, 0) - 1) < 1e-5);
    }
    assert.deepEqual(
      answer.flatMap(({ path, leftOut }) => (leftOut === undefined ? [] : [[path, leftOut]])),
      [[named("moving.gif"), { pages: 2, transparent: true }]],
    );
    const [upright, lying] = [answer[0]?.probabilities ?? [], answer.at(-4)?.probabilities ?? []];
    const other = answer[2]?.probabilities ?? [];
    // Only the order in which columns and rows are smoothed differs.
    assert.ok(upright.every((value, index) => Math.abs(value - (lying[index] ?? 0)) < 0.01));
    assert.ok(upright.some((value, index) => Math.abs(value - (other[index] ?? 0)) > 0.01));
    assert.deepEqual([progress.at(-1)?.step, progress.at(-1)?.total], [files.length, files.length]);
    assert.ok(answer.every(({ set }) => set === undefined));

    // At temperature T a probability p becomes p^(1/T), and the sum is 1 again.
    const temperature = 0.25;
    const powers = upright.map((value) => value ** (1 / temperature));
    const expected = powers.map((value) => value / powers.reduce((sum, one) => sum + one, 0));
    const [first = 0, second = 0] = expected.toSorted((a, b) => b - a);
    const conformalQuantile = 1 - (first + second) / 2;
    const [scaled] = await predictJob(
      { ...job, files: files.slice(0, 1), temperature, conformalQuantile },
      () => {},
    );
    assert.ok(first > Math.max(...upright) + 0.01);
    assertClose(scaled?.probabilities ?? [], expected, 1e-5, "scaled probabilities");
    assert.deepEqual(scaled?.set, [expected.indexOf(first)]);

    // What does not fit its record is not used, whatever the files are.
    const none = { ...job, files: [] };
    await assert.rejects(
      predictJob({ ...none, classes: ["a"] }, () => {}),
      {
        code: "ARTIFACT_CORRUPT",
        message: `the model has 1 classes, its weights have ${CLASSES}`,
      },
    );
    const golden = {
      picture: 1,
      device: "cpu",
      scale: 1,
      features: Array<number>(16).fill(3),
      probabilities: [1, 0, 0],
    } as const;
    await assert.rejects(
      predictJob({ ...none, golden }, () => {}),
      {
        code: "NUMBERS_DIFFER",
        message: /^the model gives other features of thaw's own picture than when it was evaluated: /,
      },
    );

    // A square is cut in the middle whichever way it is seen.
    const [square, turned] = [named("square.png"), named("turned.png")];
    await toSharp(structured(256, 256, 2))
      .png()
      .toFile(square);
    await toSharp(structured(256, 256, 2))
      .flop()
      .png()
      .toFile(turned);
    const pair = { ...job, files: [square, turned], temperature };
    const [one, two] = await predictJob(pair, () => {});
    assert.ok(
      one?.probabilities?.some((value, c) => Math.abs(value - (two?.probabilities?.[c] ?? 0)) > 0.001),
    );
    const means = one?.probabilities?.map((value, c) => (value + (two?.probabilities?.[c] ?? 0)) / 2) ?? [];
    for (const { probabilities } of await predictJob({ ...pair, mirrored: true }, () => {})) {
      assertClose(probabilities ?? [], means, 1e-4, "means of image and mirror image");
    }
  });
});
