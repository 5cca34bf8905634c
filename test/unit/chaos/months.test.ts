/** What happens in months of looks is drawn from a seed, and what they leave is held against what was promised. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createOutput } from "../../../cli/output.js";
import type { ThawError } from "../../../spec/errors.js";
import type { AliasDecision } from "../../../spec/records/aliasDecision.js";
import type { ModelProof } from "../../../spec/records/proof.js";
import type { Approval } from "../../../spec/retraining/approval.js";
import type { Tick } from "../../../spec/retraining/retraining.js";
import type { Month } from "../../chaos/months/month.js";
import { monthTables } from "../../chaos/months/months.js";
import { type Night, PROMOTIONS, type Promotion, phasesOf, planNights } from "../../chaos/months/plan.js";
import { brokenPromises } from "../../chaos/months/promises.js";
import { chaosOptions, HELP } from "../../chaos/options.js";

test("the same seed gives the same month; another one, and a month with people, others", () => {
  const planned = (promotion: Promotion, seed: number) => planNights(30, 20, promotion, seed);
  assert.deepEqual(planned("ask", 1), planned("ask", 1));
  assert.notDeepEqual(planned("ask", 1), planned("ask", 2));
  assert.notDeepEqual(planned("ask", 1), planned("automatic", 1));
});

for (const promotion of PROMOTIONS) {
  test(`a few months meet every phase, before and after, and every change (${promotion})`, () => {
    const nights = Array.from({ length: 20 }, (_, seed) => planNights(30, 20, promotion, seed)).flat();
    const traps = new Set(
      nights.flatMap(({ trap }) => (trap === undefined ? [] : `${trap.place} ${trap.phase}`)),
    );
    const all = phasesOf(promotion).flatMap((phase) => [`before ${phase}`, `after ${phase}`]);
    assert.deepEqual([...traps].sort(), all.sort());
    assert.equal(phasesOf(promotion).includes("asking"), promotion === "ask");
    const changes = new Set(nights.map(({ change }) => change));
    assert.deepEqual(changes, new Set([undefined, "added", "removed", "spoilt", "cleaned"]));
    assert.equal(nights.filter(({ trap, dies }) => trap !== undefined || dies !== undefined).length, 20 * 20);
  });
}

const PLAN: readonly Night[] = [{ change: "added" }, {}, { change: "added" }];
const EVIDENCE = { record: "models/tended/proofs/000001.json", digest: "ab" };

/** A month in which all went well: two changes and a night without one. */
function good(promotion: Promotion): Month {
  const how = promotion === "automatic" ? "automatic" : "approved";
  const by = (night: number): string => (promotion === "automatic" ? `look-${night}` : "grace@lab");
  const ticks = PLAN.map(({ change }, night) => {
    const version = night === 0 ? 1 : 2;
    const verdict = change === undefined ? "unchanged" : promotion === "automatic" ? "promoted" : "waits";
    const of =
      change === undefined
        ? {}
        : promotion === "automatic"
          ? { decision: version }
          : { approval: `q-${version}` };
    return { workflowId: `look-${night}`, verdict, version, ...of } as unknown as Tick;
  });
  const entry = (seq: number, night: number): AliasDecision =>
    ({
      ...{ seq, version: seq, before: seq === 1 ? null : seq - 1, by: by(night), how },
      ...(seq === 1 ? {} : { evidence: EVIDENCE }),
    }) as unknown as AliasDecision;
  const question = (version: number): Approval =>
    ({
      ...{ workflowId: `q-${version}`, request: { version } },
      outcome: { state: "approved", aliasEntry: version, decision: { by: "grace@lab" } },
    }) as unknown as Approval;
  return {
    nights: ticks.map((tick, night) => ({ night, started: [tick.workflowId], events: [17], ticks: [tick] })),
    records: ticks,
    log: [entry(1, 0), entry(2, 2)],
    proofs: [{ seq: 1, look: 1, championVersion: 1, challengerVersion: 2 } as unknown as ModelProof],
    versions: [1, 2],
    trained: ["one", "one", "two"],
    approvals: promotion === "ask" ? [question(1), question(2)] : [],
    deaths: [],
  };
}

for (const promotion of PROMOTIONS) {
  test(`a month in which all went well breaks no promise (${promotion})`, () =>
    assert.deepEqual(brokenPromises(PLAN, promotion, good(promotion)), []));
}

const [automatic, ask] = [good("automatic"), good("ask")];
const [first, second] = ask.approvals as readonly [Approval, Approval];
for (const [what, promotion, month] of [
  [
    /look-1 left no record/,
    "automatic",
    { ...automatic, records: automatic.records.filter(({ workflowId }) => workflowId !== "look-1") },
  ],
  [/3 trainings, 2 versions/, "automatic", { ...automatic, trained: ["one", "two", "three"] }],
  [
    /2 promotions, 3 entries in the log/,
    "automatic",
    { ...automatic, log: [...automatic.log, automatic.log[1] as AliasDecision] },
  ],
  [
    /entry 2 of the alias has no look that made it/,
    "automatic",
    { ...automatic, log: automatic.log.map((entry) => ({ ...entry, by: "look-0" })) },
  ],
  [
    /a question was asked twice/,
    "automatic",
    { ...automatic, proofs: [...automatic.proofs, ...automatic.proofs] },
  ],
  [
    /night 0: unchanged instead of promoted/,
    "automatic",
    {
      ...automatic,
      nights: [...automatic.nights.slice(0, 2), { ...automatic.nights[1], night: 0 }] as Month["nights"],
    },
  ],
  [
    /q-2 is open, and was approved/,
    "ask",
    { ...ask, approvals: [first, { ...second, outcome: undefined } as unknown as Approval] },
  ],
  [/1 records of 2 questions/, "ask", { ...ask, approvals: [first] }],
  [/1 promotions, 2 entries in the log/, "ask", { ...ask, approvals: [first] }],
  [
    /entry 1 of the alias has no answer that made it/,
    "ask",
    { ...ask, log: ask.log.map((entry) => ({ ...entry, how: "automatic" as const })) },
  ],
  [/2 promotions, 1 entries in the log/, "ask", { ...ask, log: ask.log.slice(0, 1) }],
] as const satisfies readonly (readonly [RegExp, Promotion, Month])[]) {
  test(`told of a month: ${what.source}`, () => {
    assert.match(brokenPromises(PLAN, promotion, month).join("\n"), what);
  });
}

test("the command does both parts unless it is told which, and its help says so", () => {
  const both = { parts: ["runs", "months"], kills: 200, nights: 30, seed: 1, data: undefined };
  assert.deepEqual(chaosOptions([]), both);
  assert.deepEqual(chaosOptions(["--only", "months", "--nights", "7"]), {
    ...both,
    parts: ["months"],
    nights: 7,
  });
  assert.equal(chaosOptions(["--help"]), undefined);
  for (const word of ["months", "approve", "promote", "--only", "--nights", "--kills", "--seed"])
    assert.ok(HELP.includes(word));
  assert.ok(HELP.split("\n").every((line) => line.length <= 80));
  for (const args of [
    ["--only", "weeks"],
    ["--nights", "many"],
    ["--night", "3"],
  ])
    assert.throws(
      () => chaosOptions(args),
      (error: ThawError) => error.code === "USAGE" && /--help/.test(error.hint ?? ""),
    );
});

test("the tables have each month, where workers died, and what was broken", () => {
  const month = (promotion: Promotion, deaths: readonly string[], broken: readonly string[]) => ({
    ...{
      promotion,
      nights: 30,
      seconds: 60,
      looks: 31,
      trainings: 6,
      versions: 6,
      promotions: 5,
      approvals: 0,
    },
    ...{ mostEvents: 41, deaths, broken },
  });
  const { stdout } = createOutput({ color: false }).screen;
  const text = monthTables(
    [month("automatic", ["before asking", "any time"], []), month("ask", ["any time"], ["why"])],
    stdout,
  );
  assert.match(text, /automatic +30 +31 +6 +6 +0 +5 +41/);
  assert.match(text, /any time +1 +1\nbefore asking +1 +0\nall +2 +1/);
  assert.match(text, /broken:\nask: why/);
  assert.match(monthTables([month("ask", [], [])], stdout), /every promise of the months held/);
});
