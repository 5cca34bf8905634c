/** How long a run will take, and where it is. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inShort } from "../../../../cli/render/numbers.js";
import { runText } from "../../../../cli/render/runs/run.js";
import { forecast, type Sample } from "../../../../client/forecast/estimate.js";
import { toGo } from "../../../../client/forecast/toGo.js";
import type { LiveStage } from "../../../../spec/pipeline/run.js";
import { COMPLETED, RUNNING } from "../../cli/runViews.js";
import { plainScreen } from "../../cli/screens.js";

const LITE0 = 384e6;
const sample = (
  stage: string,
  kind: string,
  seconds: number,
  images = 100,
  multiplyAdds = LITE0,
): Sample => ({
  stage,
  kind,
  seconds,
  images,
  multiplyAdds,
});
const workload = { images: 200, multiplyAdds: LITE0 };

describe("forecast", () => {
  it("scales earlier runs by images, and by the base where pixels go through it", () => {
    const samples = [sample("ingest", "ingest", 2), sample("features", "features", 10)];
    const stages = [
      { name: "ingest", kind: "ingest" },
      { name: "features", kind: "features" },
    ] as const;
    const {
      seconds,
      isMeasured,
      stages: each,
    } = forecast(stages, { images: 200, multiplyAdds: 2 * LITE0 }, samples, 2);
    assert.deepEqual(
      each.map((stage) => stage.seconds),
      [4, 40],
    );
    assert.equal(seconds, 44);
    assert.equal(isMeasured, true);
  });

  it("takes the same stage before others of its kind, and the median of several", () => {
    const samples = [
      ...[10, 90, 20].map((seconds) => sample("tune-1", "tune", seconds, 200)),
      sample("tune-2", "tune", 70, 200),
    ];
    const of = (name: string) => forecast([{ name, kind: "tune" }], workload, samples, 2).seconds;
    assert.equal(of("tune-1"), 20);
    assert.equal(of("tune-2"), 70);
    assert.equal(of("tune-3"), 45, "of 10, 20, 70 and 90");
  });

  it("says that it guesses where nothing like it was computed before", () => {
    const stages = [{ name: "tune-1", kind: "tune" }] as const;
    const guess = (images: number, cpus: number) => forecast(stages, { images }, [], cpus);
    assert.equal(guess(1000, 2).isMeasured, false);
    assert.ok(guess(2000, 2).seconds > guess(1000, 2).seconds);
    assert.ok(guess(1000, 4).seconds < guess(1000, 2).seconds);
  });

  it("knows what stages held, which is what they cost", () => {
    const resources = { cpus: 2, gpus: 0 };
    const { stages } = forecast(
      [{ name: "head", kind: "head" }],
      workload,
      [{ ...sample("head", "head", 1), resources }],
      2,
    );
    assert.deepEqual(stages[0]?.resources, resources);
  });
});

describe("what is left of a run", () => {
  const stages: readonly LiveStage[] = [
    { name: "ingest", state: "done" },
    { name: "recipe", state: "done" },
    { name: "head", state: "running", progress: { phase: "epoch 1/9", step: 1, total: 9, etaSeconds: 7 } },
    { name: "fold-1", state: "skipped" },
    { name: "evaluate", state: "waiting" },
  ];
  const samples = [sample("evaluate", "evaluate", 20, 200), sample("head", "head", 500)];

  it("is what the running stage says of itself, and what others took before", () => {
    assert.deepEqual(toGo(stages, samples, workload, 2), { stage: 3, of: 4, seconds: 27 });
  });

  it("is not told before the images are counted, but where the run is", () => {
    assert.deepEqual(toGo(stages, samples, undefined, 2), { stage: 3, of: 4 });
  });

  const besides = (name: string, etaSeconds: number): LiveStage => ({
    ...{ name, state: "running" },
    progress: { phase: "epoch 1/9", step: 1, total: 9, etaSeconds },
  });
  const beside = (...more: readonly LiveStage[]): readonly LiveStage[] => [
    ...stages.filter(({ name }) => name !== "fold-1" && name !== "evaluate"),
    ...more,
    { name: "evaluate", state: "waiting" },
  ];

  it("is at least the longest of several stages at work and what can only come after it: their sum would be too much", () => {
    const given = beside(besides("fold-1", 60), besides("fold-2", 50));
    assert.deepEqual(toGo(given, samples, workload, 2), { stage: 3, of: 6, seconds: 80, isLeast: true });
  });

  it("is at least the longest chain, which need not be that of the longest stage at work", () => {
    const tunes: readonly LiveStage[] = [1, 2].map((i) => ({ name: `tune-${i}`, state: "waiting" }));
    const taken = [...samples, sample("tune-1", "tune", 40, 200), sample("tune-2", "tune", 40, 200)];
    const given = beside(...tunes, besides("fold-1", 60));
    // The head's 7 s, two of 40 s, and the evaluation's 20 s.
    assert.deepEqual(toGo(given, taken, workload, 2), { stage: 3, of: 7, seconds: 107, isLeast: true });
  });

  it("counts no stages of unfreezing at least while the recipe may leave them out", () => {
    const candidates: readonly LiveStage[] = [
      { name: "ingest", state: "done" },
      besides("features-1", 30),
      besides("features-2", 10),
      { name: "tune-1", state: "waiting" },
      { name: "evaluate", state: "waiting" },
    ];
    assert.deepEqual(toGo(candidates, samples, workload, 2), {
      ...{ stage: 2, of: 5, seconds: 50, isLeast: true },
    });
  });

  it("has no folds before the recipe has decided", () => {
    const early: readonly LiveStage[] = [
      { name: "ingest", state: "running" },
      { name: "recipe", state: "waiting" },
      { name: "fold-1", state: "waiting" },
    ];
    assert.deepEqual(toGo(early, [], undefined, 2), { stage: 1, of: 2 });
  });

  it("is nothing once all is done", () => {
    assert.equal(toGo([{ name: "ingest", state: "done" }], [], workload, 2), undefined);
  });

  it("stands in the first line of a running run only", () => {
    const around = { url: undefined, warning: undefined, toGo: { stage: 6, of: 14, seconds: 170 } };
    const now = new Date("2026-11-24T10:15:42Z");
    assert.match(
      runText(RUNNING, around, now, plainScreen(100)),
      /running {2}42\.0 s {2}stage 6 of 14, about 3 min to go\n/,
    );
    const least = { ...around, toGo: { ...around.toGo, isLeast: true } as const };
    assert.match(
      runText(RUNNING, least, now, plainScreen(100)),
      /stage 6 of 14, at least about 3 min to go\n/,
    );
    assert.doesNotMatch(runText(COMPLETED, around, now, plainScreen(100)), /to go/);
  });
});

describe("inShort", () => {
  for (const [seconds, text] of [
    [0, "5 s"],
    [42, "40 s"],
    [56, "1 min"],
    [170, "3 min"],
    [3599, "1 h"],
    [5000, "1 h 20 min"],
    [7200, "2 h"],
  ] as const)
    it(`says ${text} for ${seconds} s`, () => assert.equal(inShort(seconds), text));
});
