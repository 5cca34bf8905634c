/** Which commands a run refuses, and in which words. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SteerCommand, SteerRecord, SteerRequest } from "../../../spec/steering/steering.js";
import { refusal, type Situation } from "../../../workflows/refusal.js";

const tuning: Situation = { paused: undefined, stage: { name: "tune-1", kind: "tune" }, commands: [] };
const paused = { since: "2026-11-25T02:00:00.000Z", by: "anna@lab" };
const finish: SteerRecord = {
  seq: 1,
  command: { kind: "finish" },
  by: "anna@lab",
  at: "2026-11-25T02:00:00.000Z",
  stage: "tune-1",
  state: "accepted",
};
const ask = (command: SteerCommand, situation: Situation) => refusal({ command, by: "bob@home" }, situation);

describe("accepted", () => {
  const cases: readonly (readonly [string, SteerCommand, Situation])[] = [
    ["a pause", { kind: "pause" }, tuning],
    ["a pause between stages", { kind: "pause" }, { ...tuning, stage: undefined }],
    ["an unpause of a paused run", { kind: "unpause" }, { ...tuning, paused }],
    ["values for a paused stage", { kind: "set", learningRate: 0.5 }, { ...tuning, paused }],
    ["the least factor", { kind: "set", learningRate: 0.001 }, tuning],
    ["the greatest factor", { kind: "set", learningRate: 10, patience: 1, epochs: 1 }, tuning],
    [
      "the end of the head's training",
      { kind: "finish" },
      { ...tuning, stage: { name: "head", kind: "head" } },
    ],
    [
      "values where another stage was ended",
      { kind: "set", epochs: 2 },
      { ...tuning, commands: [{ ...finish, stage: "head" }] },
    ],
  ];
  for (const [name, command, situation] of cases)
    test(name, () => assert.equal(ask(command, situation), undefined));
});

describe("refused", () => {
  const cases: readonly (readonly [SteerCommand, Situation, RegExp])[] = [
    [{ kind: "pause" }, { ...tuning, paused }, /^the run is paused already, since 2026-.* by anna@lab$/],
    [{ kind: "unpause" }, tuning, /^the run is not paused$/],
    [{ kind: "set", epochs: 3 }, { ...tuning, stage: undefined }, /^no stage is at work/],
    [
      { kind: "set", epochs: 3 },
      { ...tuning, stage: { name: "ingest", kind: "ingest" } },
      /^ingest is at work/,
    ],
    [{ kind: "finish" }, { ...tuning, stage: { name: "fold-2", kind: "fold" } }, /^fold-2 is at work/],
    [
      { kind: "set", epochs: 3 },
      { ...tuning, paused, stage: { name: "features", kind: "features" } },
      /^the run is paused at features, which is not to be steered: only/,
    ],
    [{ kind: "finish" }, { ...tuning, paused, stage: undefined }, /^the run is paused: only/],
    [{ kind: "finish" }, { ...tuning, commands: [finish] }, /^tune-1 is being ended already: anna@lab/],
    [{ kind: "set", epochs: 3 }, { ...tuning, commands: [finish] }, /^tune-1 is being ended already/],
    [{ kind: "set" }, tuning, /^nothing is to be set$/],
    [{ kind: "set", learningRate: 0.0009 }, tuning, /out of bounds: from 0.001x to 10x$/],
    [{ kind: "set", learningRate: 10.1 }, tuning, /out of bounds/],
    [{ kind: "set", learningRate: Number.NaN }, tuning, /out of bounds/],
    [{ kind: "set", patience: 0 }, tuning, /^patience 0 is out of bounds: a whole number from 1 to 100000$/],
    [
      { kind: "set", epochs: 1e9 },
      tuning,
      /^epochs 1000000000 is out of bounds: a whole number from 1 to 100000$/,
    ],
    [{ kind: "set", epochs: 2.5 }, tuning, /^epochs 2.5 is out of bounds/],
    [{ kind: "dance" } as unknown as SteerCommand, tuning, /does not know the command$/],
  ];
  for (const [command, situation, message] of cases)
    test(`${JSON.stringify(command)}: ${message.source}`, () =>
      assert.match(ask(command, situation)?.message ?? "accepted", message));
  test("while the run is paused, how it goes on is said", () => {
    const stage = { name: "features", kind: "features" };
    assert.match(ask({ kind: "finish" }, { ...tuning, paused, stage })?.hint ?? "", /^`thaw unpause RUN`/);
  });
  test("requests that are none", () => {
    for (const request of [
      { by: "x@y" },
      { command: { kind: "pause" } },
      { command: { kind: "pause" }, by: 3 },
    ])
      assert.ok(refusal(request as unknown as SteerRequest, tuning));
  });
});
