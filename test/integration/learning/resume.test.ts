/** Training that is interrupted at any step and goes on from its checkpoint ends with the very same bits. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { cp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { efficientNetLite } from "../../../learn/bases/families/efficientnetLite.js";
import { boundaryShape } from "../../../learn/network/boundaries.js";
import { sizeOf } from "../../../learn/network/parameters.js";
import type { CheckpointOptions } from "../../../learn/training/checkpoint/checkpointing.js";
import { type FitOptions, fit } from "../../../learn/training/fit.js";
import type { ControlSource } from "../../../learn/training/steering.js";
import { fullNetworkTrainee, randomParameters } from "../../../learn/training/step/fullNetwork.js";
import type { MixSpec } from "../../../learn/training/step/mixing.js";
import { type SuffixTrainee, suffixTrainee } from "../../../learn/training/step/suffix.js";
import { randomStream } from "../../../rng/stream.js";
import type { EngineControl, ResumedFrom, WrittenCheckpoint } from "../../../spec/engine/job.js";
import type { AppliedChange, Progress, TrainingSummary } from "../../../spec/records/training.js";
import { smallDisk } from "../../support/smallDisk.js";
import { base, samplesOf, temporaryFolder } from "../../unit/learn/support.js";

const architecture = efficientNetLite(0.25, 0.3);
const TOP = architecture.groups.length;
const IMAGES = 28;
const CLASSES = 3;
const EPOCHS = 4;
/** 20 training images in batches of 8. */
const STEPS = 3 * EPOCHS;
const SIDE = 32;
const IDENTITY = { engine: "test", threads: 1 };

type Kind = "head" | "tune" | "scratch";

/** Random activations of made-up images: neither learning well nor badly matters here. */
async function newTrainee(context: TestContext, kind: Kind, mixing?: MixSpec): Promise<SuffixTrainee> {
  const from = { head: TOP, tune: TOP - 2, scratch: 0 }[kind];
  const shape =
    kind === "head"
      ? [architecture.features]
      : kind === "tune"
        ? boundaryShape(architecture, SIDE, from)
        : [SIDE, SIDE, 3];
  const stream = randomStream(7, "test-activations");
  const values = Float32Array.from({ length: IMAGES * sizeOf(shape) }, (_, i) => stream.uniform(i) - 0.3);
  const images = Array.from({ length: IMAGES }, (_, i) => i);
  const data = {
    samples: await samplesOf(context, shape, values),
    rows: { rows: IMAGES, views: 1, firstRow: images },
    train: images.slice(0, 20),
    // Seen in training, so that the loss falls and the best epoch is not the first.
    validation: images.slice(0, 8),
    labels: images.map((i) => i % CLASSES),
    classes: CLASSES,
  };
  const common = {
    architecture,
    parameters: randomParameters(architecture, CLASSES, 1),
    labelSmoothing: 0.05,
    seed: 1,
    stage: 1,
    pixelScale: base.input.pixelScale,
  };
  const trainee =
    kind === "scratch"
      ? fullNetworkTrainee({ ...common, learningRate: 0.01, weightDecay: 0.01 }, data)
      : suffixTrainee(
          {
            ...common,
            from,
            mixing,
            dropout: 0.3,
            rateOf: () => ({ learningRate: 0.01, weightDecay: 0.01 }),
          },
          data,
        );
  context.after(() => trainee.dispose());
  return trainee;
}

const OPTIONS: FitOptions = {
  epochs: EPOCHS,
  patience: EPOCHS,
  batchSize: 8,
  warmup: 0.2,
  seed: 1,
  stage: 1,
  onProgress: () => {},
};

interface Spool extends CheckpointOptions {
  readonly written: WrittenCheckpoint[];
  readonly resumedFrom: ResumedFrom[];
  readonly unwritten: string[];
}

function spool(folder: string, resume: readonly string[] = [], everySeconds = 3600): Spool {
  const written: WrittenCheckpoint[] = [];
  const resumedFrom: ResumedFrom[] = [];
  const unwritten: string[] = [];
  return {
    folder,
    everySeconds,
    identity: IDENTITY,
    resume,
    written,
    resumedFrom,
    unwritten,
    onUnwritten: (why) => unwritten.push(why),
    onWritten: (checkpoint) => written.push(checkpoint),
    onResumed: (from) => resumedFrom.push(from),
  };
}

/** Gives the commands before the step of that number, counted from 0 within this call of `fit`. */
function at(
  step: number,
  ...commands: readonly EngineControl[]
): ControlSource & { changes: AppliedChange[] } {
  let asked = 0;
  const changes: AppliedChange[] = [];
  return {
    changes,
    take: () => (asked++ === step ? commands : []),
    applied: (change) => changes.push(change),
  };
}

const STOP: EngineControl = { kind: "stop", reason: "shutdown" };

/** What must not differ: all but the times. */
function timeless({ history, seconds: _seconds, ...summary }: TrainingSummary) {
  return { ...summary, history: history.map(({ seconds: _own, ...epoch }) => epoch) };
}

const CASES: readonly { what: string; kind: Kind; options: Partial<FitOptions>; mixing?: MixSpec }[] = [
  { what: "a head", kind: "head", options: {} },
  {
    what: "a head with mixup, average and one cycle",
    kind: "head",
    options: { schedule: "one-cycle", ema: 0.8 },
    mixing: { mixup: 0.4, cutmix: 0 },
  },
  { what: "a stage of unfreezing", kind: "tune", options: {} },
  {
    what: "a stage with mixup, cutmix, average and one cycle",
    kind: "tune",
    options: { schedule: "one-cycle", ema: 0.8 },
    mixing: { mixup: 0.4, cutmix: 0.5 },
  },
  { what: "a network from random weights with its running statistics", kind: "scratch", options: {} },
];

for (const { what, kind, options, mixing } of CASES) {
  test(`${what}: stopped three times at random steps, it ends as if it never was`, async (context) => {
    const whole = await newTrainee(context, kind, mixing);
    const expected = await fit(whole, { ...OPTIONS, ...options });
    const folder = await temporaryFolder(context);
    const stream = randomStream(11, "test-interruptions", what.length);
    let resume: readonly string[] = [];
    let position = 0;
    for (let attempt = 0; attempt < 3; attempt++) {
      const trainee = await newTrainee(context, kind, mixing);
      const checkpoints = spool(folder, resume);
      const step = 1 + (stream.word(attempt) % 3);
      await assert.rejects(fit(trainee, { ...OPTIONS, ...options, checkpoints, control: at(step, STOP) }), {
        code: "WORKER_STOPPING",
      });
      position += step;
      const [written] = checkpoints.written;
      assert.deepEqual(written?.position, { epoch: Math.floor(position / 3), step: position % 3 });
      assert.equal(checkpoints.resumedFrom.length, attempt === 0 ? 0 : 1);
      resume = [written?.folder ?? ""];
    }
    const trainee = await newTrainee(context, kind, mixing);
    const checkpoints = spool(folder, resume);
    const result = await fit(trainee, { ...OPTIONS, ...options, checkpoints });
    assert.equal(checkpoints.resumedFrom[0]?.positions.length, 3);
    assert.ok(position < STEPS);
    assert.deepEqual(timeless(result), timeless(expected));
    assert.deepEqual(trainee.trained(), whole.trained());
  });
}

test("killed without warning, it goes on from the last checkpoint", async (context) => {
  const whole = await newTrainee(context, "tune");
  const expected = await fit(whole, { ...OPTIONS, ema: 0.9 });
  const killed = spool(await temporaryFolder(context), [], 0);
  let steps = 0;
  const onProgress = ({ epochEnd }: Progress): void => {
    if (epochEnd === undefined && ++steps === 8) throw new Error("killed");
  };
  const options = { ...OPTIONS, ema: 0.9 };
  await assert.rejects(
    fit(await newTrainee(context, "tune"), { ...options, checkpoints: killed, onProgress }),
    /killed/,
  );
  const last = killed.written.at(-1);
  assert.deepEqual(last?.position, { epoch: 2, step: 1 }, "before the eighth step");
  const trainee = await newTrainee(context, "tune");
  const result = await fit(trainee, { ...options, checkpoints: spool(killed.folder, [last?.folder ?? ""]) });
  assert.deepEqual(timeless(result), timeless(expected));
  assert.deepEqual(trainee.trained(), whole.trained());
});

test("a disk without room for a checkpoint stops no training, and is written to again once it has room", async (context) => {
  const disk = await smallDisk(context, 64);
  if (disk === undefined) return context.skip("this user cannot mount a tmpfs");
  const whole = await newTrainee(context, "tune");
  const expected = await fit(whole, OPTIONS);
  const checkpoints = spool(join(disk.folder, "written"), [], 0);
  let steps = 0;
  const left: string[][] = [];
  const onProgress = ({ epochEnd }: Progress): void => {
    if (epochEnd !== undefined || ++steps !== 6) return;
    left.push(readdirSync(disk.folder, { recursive: true }) as string[]);
    disk.resize(64_000);
  };
  const trainee = await newTrainee(context, "tune");
  const result = await fit(trainee, { ...OPTIONS, checkpoints, onProgress });
  assert.deepEqual(timeless(result), timeless(expected));
  assert.deepEqual(trainee.trained(), whole.trained());
  assert.deepEqual(left, [["written"]], "nothing half written is left");
  assert.ok(checkpoints.unwritten.length >= 6);
  const sentence = `the disk of ${join(disk.folder, "written")} is full: a checkpoint does not fit`;
  assert.deepEqual([...new Set(checkpoints.unwritten)], [sentence]);
  assert.deepEqual(checkpoints.written[0]?.position, { epoch: 2, step: 0 });
  const again = await newTrainee(context, "tune");
  const last = checkpoints.written.at(-1)?.folder ?? "";
  await fit(again, { ...OPTIONS, checkpoints: spool(join(disk.folder, "again"), [last]) });
  assert.deepEqual(again.trained(), whole.trained());
});

/** A folder with two checkpoints, the newest first. */
async function twoCheckpoints(context: TestContext): Promise<[string, string]> {
  const checkpoints = spool(await temporaryFolder(context));
  const both: ControlSource = { ...at(0), take: () => [] };
  let asked = 0;
  const control: ControlSource = {
    ...both,
    take: () => (++asked === 3 ? [{ kind: "checkpoint" }] : asked === 6 ? [STOP] : []),
  };
  await assert.rejects(fit(await newTrainee(context, "head"), { ...OPTIONS, checkpoints, control }));
  const [older = "", newer = ""] = checkpoints.written.map((written) => written.folder);
  return [newer, older];
}

const flip = async (path: string, place: number): Promise<void> => {
  const bytes = await readFile(path);
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  await writeFile(path, bytes);
};

const DAMAGES: readonly { what: string; damage: (folder: string) => Promise<void>; says: RegExp }[] = [
  {
    what: "a bit of the weights is flipped",
    damage: (folder) => flip(join(folder, "current.safetensors"), 2000),
    says: /current\.safetensors is damaged/,
  },
  {
    what: "a bit of the best weights is flipped",
    damage: (folder) => flip(join(folder, "best.safetensors"), 900),
    says: /best\.safetensors is damaged/,
  },
  {
    what: "the weights are truncated",
    damage: (folder) => truncate(join(folder, "current.safetensors"), 1000),
    says: /current\.safetensors is damaged/,
  },
  {
    what: "the best weights are missing",
    damage: (folder) => rm(join(folder, "best.safetensors")),
    says: /best\.safetensors is missing/,
  },
  {
    what: "a digit of the state is changed",
    damage: async (folder) => {
      const path = join(folder, "state.json");
      const text = await readFile(path, "utf8");
      await writeFile(path, text.replace('"done":5', '"done":6'));
    },
    says: /its state is damaged/,
  },
  {
    what: "the state is torn",
    damage: (folder) => truncate(join(folder, "state.json"), 100),
    says: /its state is damaged/,
  },
];

for (const { what, damage, says } of DAMAGES) {
  test(`where ${what}, the checkpoint before is taken, and it says so`, async (context) => {
    const [newer, older] = await twoCheckpoints(context);
    const copy = join(await temporaryFolder(context), "copy");
    await cp(newer, copy, { recursive: true });
    await damage(copy);
    const checkpoints = spool(await temporaryFolder(context), [copy, older]);
    const whole = await newTrainee(context, "head");
    await fit(whole, OPTIONS);
    const trainee = await newTrainee(context, "head");
    await fit(trainee, { ...OPTIONS, checkpoints });
    const [from] = checkpoints.resumedFrom;
    assert.deepEqual(from?.positions, [{ epoch: 0, step: 2 }]);
    assert.equal(from?.refused.length, 1);
    assert.match(from?.refused[0] ?? "", says);
    assert.deepEqual(trainee.trained(), whole.trained());
  });
}

test("another build, another number of threads and another network are refused: training begins anew", async (context) => {
  const [newer] = await twoCheckpoints(context);
  const whole = await newTrainee(context, "head");
  await fit(whole, OPTIONS);
  for (const identity of [
    { ...IDENTITY, engine: "other" },
    { ...IDENTITY, threads: 2 },
  ]) {
    const checkpoints = { ...spool(await temporaryFolder(context), [newer]), identity };
    const trainee = await newTrainee(context, "head");
    await fit(trainee, { ...OPTIONS, checkpoints });
    assert.deepEqual(checkpoints.resumedFrom[0]?.positions, []);
    assert.match(checkpoints.resumedFrom[0]?.refused[0] ?? "", /another build|with 1 threads/);
    assert.deepEqual(trainee.trained(), whole.trained());
  }
  const other = spool(await temporaryFolder(context), [newer]);
  await fit(await newTrainee(context, "tune"), { ...OPTIONS, epochs: 1, checkpoints: other });
  assert.match(other.resumedFrom[0]?.refused[0] ?? "", /values instead of/);
});

test("changes count from the step that they were applied at, and a checkpoint keeps them", async (context) => {
  const change: EngineControl = { kind: "set", seq: 1, learningRate: 0.5, epochs: 3 };
  const whole = await newTrainee(context, "head");
  const control = at(4, change);
  const expected = await fit(whole, { ...OPTIONS, control });
  const applied = [{ seq: 1, learningRate: 0.5, epochs: 3, epoch: 1, step: 1 }];
  assert.deepEqual(control.changes, applied);
  assert.equal(expected.history.length, 3);
  const plain = await newTrainee(context, "head");
  await fit(plain, OPTIONS);
  assert.notDeepEqual(plain.trained(), whole.trained());

  const checkpoints = spool(await temporaryFolder(context));
  const stop = at(4, change, STOP);
  await assert.rejects(fit(await newTrainee(context, "head"), { ...OPTIONS, checkpoints, control: stop }));
  assert.equal(checkpoints.written[0]?.steered, true);
  const again = at(1, change);
  const trainee = await newTrainee(context, "head");
  const resumed = spool(checkpoints.folder, [checkpoints.written[0]?.folder ?? ""]);
  const result = await fit(trainee, { ...OPTIONS, checkpoints: resumed, control: again });
  assert.deepEqual(
    again.changes,
    [...applied, ...applied],
    "once from the checkpoint, once for the repeated command",
  );
  assert.deepEqual(timeless(result), timeless(expected));
  assert.deepEqual(trainee.trained(), whole.trained());
});

test("finish ends the stage there, with the best weights", async (context) => {
  const trainee = await newTrainee(context, "head");
  const result = await fit(trainee, { ...OPTIONS, control: at(4, { kind: "finish", seq: 3 }) });
  assert.equal(result.history.length, 2, "the epoch in progress is validated as it stands");
  assert.equal(result.stoppedEarly, true);
});
