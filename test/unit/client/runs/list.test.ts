/** Which runs a listing shows. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isWanted, type RunListing } from "../../../../client/runs/list.js";

const startedAt = new Date("2026-11-29T10:00:00Z");
const run = (of: Partial<RunListing>) => ({ status: "running" as const, startedAt, ...of });
const pause = { since: "2026-11-29T10:01:00Z", by: "ada@vm" };

describe("a listing of runs", () => {
  it("shows all of them unless told otherwise", () => assert.ok(isWanted(run({}), {})));

  it("tells paused runs from running ones", () => {
    assert.ok(isWanted(run({ paused: pause }), { status: "paused" }));
    assert.ok(!isWanted(run({ paused: pause }), { status: "running" }));
    assert.ok(!isWanted(run({}), { status: "paused" }));
    assert.ok(isWanted(run({ status: "failed" }), { status: "failed" }));
  });

  it("shows runs from that moment on", () => {
    assert.ok(isWanted(run({}), { since: startedAt }));
    assert.ok(!isWanted(run({}), { since: new Date(startedAt.getTime() + 1) }));
    assert.ok(!isWanted(run({}), { status: "failed", since: startedAt }), "both have to hold");
  });
});
