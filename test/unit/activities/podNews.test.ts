import assert from "node:assert/strict";
import { test } from "node:test";
import { isNews } from "../../../activities/pods/watchPod.js";
import type { PodState } from "../../../spec/pods/pod.js";

const WAITS: PodState = { phase: "waiting", reason: "unschedulable", sentence: "0/9 nodes are available" };

const CASES: readonly { what: string; last?: PodState; now: PodState; sinceMs: number; told: boolean }[] = [
  { what: "the first state", now: WAITS, sinceMs: 0, told: true },
  { what: "the same again", last: WAITS, now: { ...WAITS }, sinceMs: 1e9, told: false },
  { what: "another reason", last: WAITS, now: { ...WAITS, reason: "creating" }, sinceMs: 0, told: true },
  { what: "another pod", last: WAITS, now: { ...WAITS, pod: "p" }, sinceMs: 0, told: true },
  {
    what: "other words at once",
    last: WAITS,
    now: { ...WAITS, sentence: "0/8" },
    sinceMs: 2_000,
    told: false,
  },
  { what: "other words later", last: WAITS, now: { ...WAITS, sentence: "0/8" }, sinceMs: 30_000, told: true },
];
for (const { what, last, now, sinceMs, told } of CASES) {
  test(`the workflow is ${told ? "" : "not "}told of ${what}`, () =>
    assert.equal(isNews(last, now, sinceMs), told));
}
