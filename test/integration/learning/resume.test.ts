/** Training that is interrupted at any step and goes on from its checkpoint ends with the very same bits. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import type { CheckpointOptions } from "../../../learn/training/checkpoint/checkpointing.js";
import { type FitOptions, fit } from "../../../learn/training/fit.js";
import type { ControlSource } from "../../../learn/training/steering.js";
import type { MixSpec } from "../../../learn/training/step/mixing.js";
import { randomStream } from "../../../rng/stream.js";
import type { EngineControl, ResumedFrom, WrittenCheckpoint } from "../../../spec/engine/job.js";
import type { AppliedChange, Progress, TrainingSummary } from "../../../spec/records/training.js";
import { type Kind, newTrainee } from "../../support/learning/quickTrainees.js";
import { smallDisk } from "../../support/smallDisk.js";
import { temporaryFolder } from "../../unit/learn/support.js";

const EPOCHS = 4;
/** 20 training images in batches of 8. */
const STEPS = 3 * EPOCHS;
const IDENTITY = { engine: "test", threads: 1 };

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

/** What training gives that nothing interrupts. */
async function uninterrupted(
  context: TestContext,
  kind: Kind,
  options: Partial<FitOptions> = {},
  mixing?: MixSpec,
) {
  const trainee = await newTrainee(context, kind, mixing);
  const result = await fit(trainee, { ...OPTIONS, ...options });
  return { result, trained: trainee.trained() };
}

const undisturbed = new Map<Kind, ReturnType<typeof uninterrupted>>();
/** The same with the usual options, once for all tests. */
function whole(context: TestContext, kind: Kind): ReturnType<typeof uninterrupted> {
  const made = undisturbed.get(kind) ?? uninterrupted(context, kind);
  undisturbed.set(kind, made);
  return made;
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
    const isUsual = mixing === undefined && Object.keys(options).length === 0;
    const expected = await (isUsual ? whole(context, kind) : uninterrupted(context, kind, options, mixing));
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
    assert.deepEqual(timeless(result), timeless(expected.result));
    assert.deepEqual(trainee.trained(), expected.trained);
  });
}

test("killed without warning, it goes on from the last checkpoint", async (context) => {
  const expected = await uninterrupted(context, "tune", { ema: 0.9 });
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
  assert.deepEqual(timeless(result), timeless(expected.result));
  assert.deepEqual(trainee.trained(), expected.trained);
});

test("a disk without room for a checkpoint stops no training, and is written to again once it has room", async (context) => {
  const disk = await smallDisk(context, 64);
  if (disk === undefined) return context.skip("this user cannot mount a tmpfs");
  const expected = await whole(context, "tune");
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
  assert.deepEqual(timeless(result), timeless(expected.result));
  assert.deepEqual(trainee.trained(), expected.trained);
  assert.deepEqual(left, [["written"]], "nothing half written is left");
  assert.ok(checkpoints.unwritten.length >= 6);
  const sentence = `the disk of ${join(disk.folder, "written")} is full: a checkpoint does not fit`;
  assert.deepEqual([...new Set(checkpoints.unwritten)], [sentence]);
  assert.deepEqual(checkpoints.written[0]?.position, { epoch: 2, step: 0 });
  const again = await newTrainee(context, "tune");
  const last = checkpoints.written.at(-1)?.folder ?? "";
  await fit(again, { ...OPTIONS, checkpoints: spool(join(disk.folder, "again"), [last]) });
  assert.deepEqual(again.trained(), expected.trained);
});

const INTERRUPTED = await mkdtemp(join(tmpdir(), "thaw-resume-"));
after(() => rm(INTERRUPTED, { recursive: true, force: true }));
let interrupted: Promise<readonly [string, string]> | undefined;
/** A folder with two checkpoints, the newest first; written once for all tests, which damage copies. */
function twoCheckpoints(context: TestContext): NonNullable<typeof interrupted> {
  interrupted ??= writeTwo(context);
  return interrupted;
}

async function writeTwo(context: TestContext): Promise<readonly [string, string]> {
  const checkpoints = spool(INTERRUPTED);
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
    const trainee = await newTrainee(context, "head");
    await fit(trainee, { ...OPTIONS, checkpoints });
    const [from] = checkpoints.resumedFrom;
    assert.deepEqual(from?.positions, [{ epoch: 0, step: 2 }]);
    assert.equal(from?.refused.length, 1);
    assert.match(from?.refused[0] ?? "", says);
    assert.deepEqual(trainee.trained(), (await whole(context, "head")).trained);
  });
}

test("another build, another number of threads and another network are refused: training begins anew", async (context) => {
  const [newer] = await twoCheckpoints(context);
  const { trained } = await whole(context, "head");
  for (const identity of [
    { ...IDENTITY, engine: "other" },
    { ...IDENTITY, threads: 2 },
  ]) {
    const checkpoints = { ...spool(await temporaryFolder(context), [newer]), identity };
    const trainee = await newTrainee(context, "head");
    await fit(trainee, { ...OPTIONS, checkpoints });
    assert.deepEqual(checkpoints.resumedFrom[0]?.positions, []);
    assert.match(checkpoints.resumedFrom[0]?.refused[0] ?? "", /another build|with 1 threads/);
    assert.deepEqual(trainee.trained(), trained);
  }
  const other = spool(await temporaryFolder(context), [newer]);
  await fit(await newTrainee(context, "tune"), { ...OPTIONS, epochs: 1, checkpoints: other });
  assert.match(other.resumedFrom[0]?.refused[0] ?? "", /values instead of/);
});

test("changes count from the step that they were applied at, and a checkpoint keeps them", async (context) => {
  const change: EngineControl = { kind: "set", seq: 1, learningRate: 0.5, epochs: 3 };
  const control = at(4, change);
  const { result: expected, trained } = await uninterrupted(context, "head", { control });
  const applied = [{ seq: 1, learningRate: 0.5, epochs: 3, epoch: 1, step: 1 }];
  assert.deepEqual(control.changes, applied);
  assert.equal(expected.history.length, 3);
  assert.notDeepEqual((await whole(context, "head")).trained, trained);

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
  assert.deepEqual(trainee.trained(), trained);
});

test("finish ends the stage there, with the best weights", async (context) => {
  const trainee = await newTrainee(context, "head");
  const result = await fit(trainee, { ...OPTIONS, control: at(4, { kind: "finish", seq: 3 }) });
  assert.equal(result.history.length, 2, "the epoch in progress is validated as it stands");
  assert.equal(result.stoppedEarly, true);
});
