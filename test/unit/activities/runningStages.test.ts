/** Adoption: a stage whose attempt the server has lost goes on, and the next attempt gets its result. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createRunningStages, type StageHooks } from "../../../activities/heavy/runningStages.js";
import { startPulse } from "../../../activities/life/pulse.js";
import type { Progress } from "../../../spec/records/training.js";

/** An attempt that remembers what it was told, and how the server ends it. */
function newAttempt() {
  const controller = new AbortController();
  const told: Progress[] = [];
  let how = "";
  return {
    told,
    number: 1,
    activity: 0,
    report: (progress: Progress) => void told.push(progress),
    cancelled: controller.signal,
    isLost: () => how === "lost",
    isLeaving: () => how === "leaving",
    end: (given: "lost" | "cancelled" | "leaving") => {
      how = given;
      controller.abort(new Error(how));
    },
  };
}

/** Work that ends when the test says so, and remembers whether it was begun and aborted. */
function newWork() {
  const seen = { begun: 0, aborted: false };
  let finish: (value: string) => void = () => undefined;
  let hooks: StageHooks | undefined;
  return {
    seen,
    report: (phase: string) => hooks?.report({ phase, step: 0, total: 1 }),
    finish: (value: string) => finish(value),
    work: (given: StageHooks) =>
      new Promise<string>((resolve, reject) => {
        seen.begun += 1;
        hooks = given;
        finish = resolve;
        given.signal.addEventListener("abort", () => {
          seen.aborted = true;
          reject(given.signal.reason);
        });
      }),
  };
}

const TIMES = { abandonMs: 60_000, reserveMs: 60_000 };

test("the next attempt takes a lost one's stage up where it is, with its last progress", async () => {
  const stages = createRunningStages<string>(TIMES);
  const { seen, work, report, finish } = newWork();
  const [first, second] = [newAttempt(), newAttempt()];
  const lost = stages.attend("key", work, first);
  await sleep(0);
  report("epoch 1");
  first.end("lost");
  await assert.rejects(lost, /lost/);
  report("epoch 2");
  const taken = stages.attend("key", work, second);
  report("epoch 3");
  finish("weights");
  assert.equal(await taken, "weights");
  assert.deepEqual(seen, { begun: 1, aborted: false });
  assert.deepEqual(
    [first.told, second.told].map((told) => told.map(({ phase }) => phase)),
    [["epoch 1"], ["epoch 2", "epoch 3"]],
  );
  const again = newWork();
  void stages.attend("key", again.work, newAttempt()).catch(() => undefined);
  await sleep(0);
  assert.equal(again.seen.begun, 1, "a stage that is done is forgotten");
});

test("a stage that ended while nobody attended gives its result, or its error, to the next attempt", async () => {
  const stages = createRunningStages<string>(TIMES);
  for (const failure of [undefined, new Error("no space")]) {
    const attempt = newAttempt();
    let settle: () => void = () => undefined;
    const until = new Promise<void>((resolve) => {
      settle = resolve;
    });
    const work = async (): Promise<string> => {
      await until;
      if (failure !== undefined) throw failure;
      return "weights";
    };
    const lost = stages.attend("key", work, attempt);
    await sleep(0);
    attempt.end("lost");
    await assert.rejects(lost, /lost/);
    settle();
    await sleep(0);
    const next = stages.attend("key", () => assert.fail("begun again"), newAttempt());
    if (failure === undefined) assert.equal(await next, "weights");
    else await assert.rejects(next, failure);
  }
});

test("a cancelled attempt ends its stage before it answers", async () => {
  const stages = createRunningStages<string>(TIMES);
  const { seen, work } = newWork();
  const attempt = newAttempt();
  const ended = stages.attend("key", work, attempt);
  await sleep(0);
  attempt.end("cancelled");
  await assert.rejects(ended, /cancelled/);
  assert.deepEqual(seen, { begun: 1, aborted: true });
});

test("a stage that nobody comes back for is stopped", async () => {
  const stages = createRunningStages<string>({ ...TIMES, abandonMs: 50 });
  const { seen, work } = newWork();
  const attempt = newAttempt();
  const lost = stages.attend("key", work, attempt);
  await sleep(0);
  attempt.end("lost");
  await assert.rejects(lost);
  assert.equal(seen.aborted, false);
  // Its timer does not hold the process, so something else has to.
  for (const deadline = Date.now() + 10_000; !seen.aborted && Date.now() < deadline; ) await sleep(10);
  assert.equal(seen.aborted, true);
});

test("another stage waits for a lost one's attempt, and then takes the engine", async () => {
  const stages = createRunningStages<string>({ ...TIMES, reserveMs: 200 });
  const [lost, other] = [newWork(), newWork()];
  const attempt = newAttempt();
  const gone = stages.attend("lost", lost.work, attempt);
  await sleep(0);
  attempt.end("lost");
  await assert.rejects(gone);
  await assert.rejects(stages.attend("other", other.work, newAttempt()), { code: "WORKER_BUSY" });
  assert.deepEqual([lost.seen.aborted, other.seen.begun], [false, 0]);
  await sleep(250);
  const result = stages.attend("other", other.work, newAttempt());
  await sleep(20);
  other.finish("features");
  assert.equal(await result, "features");
  assert.equal(lost.seen.aborted, true);
});

test("heartbeats go on without news and say how old the last are", async (t) => {
  const beats: Progress[] = [];
  const pulse = startPulse((progress) => void beats.push(progress), 100);
  t.after(pulse.stop);
  assert.equal(beats[0]?.phase, "looking for the artifact");
  pulse.report({ phase: "epoch 2/3", step: 4, total: 9 });
  assert.deepEqual(beats.at(-1), { phase: "epoch 2/3", step: 4, total: 9 });
  await sleep(1_800);
  assert.ok(beats.length > 4, `${beats.length} beats`);
  const { ageSeconds = 0, ...rest } = beats.at(-1) ?? assert.fail();
  assert.deepEqual(rest, { phase: "epoch 2/3", step: 4, total: 9 });
  assert.ok(ageSeconds >= 1);
});

test("a worker that leaves lets the stage save what it has, and waits for it", async () => {
  const stages = createRunningStages<string>(TIMES);
  const attempt = newAttempt();
  const seen: string[] = [];
  const left = stages.attend(
    "key",
    ({ leaving, signal }) =>
      new Promise<string>((_, reject) => {
        signal.addEventListener("abort", () => seen.push("killed"));
        leaving.addEventListener("abort", async () => {
          await sleep(5);
          seen.push("saved");
          reject(new Error("stopping"));
        });
      }),
    attempt,
  );
  await sleep(0);
  attempt.end("leaving");
  await assert.rejects(left, /leaving/);
  assert.deepEqual(seen, ["saved"]);
});

test("a stage without progress is ended, one that reports some goes on", async () => {
  const stages = createRunningStages<string>({ ...TIMES, noProgressMs: 300 });
  const { seen, work, report } = newWork();
  const ended = stages.attend("key", work, newAttempt());
  let reports = 0;
  const news = setInterval(() => {
    if (reports === 5) return;
    reports += 1;
    report("epoch 1");
  }, 100);
  await assert.rejects(ended, { code: "ENGINE_FAILED", message: /no progress for 0\.3 s/ });
  clearInterval(news);
  assert.equal(reports, 5);
  assert.deepEqual(seen, { begun: 1, aborted: true });
});
