/** The short form of `npm run chaos`: a run that is killed again and again ends with what an undisturbed one ends with. */
import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createOutput } from "../../../cli/output.js";
import { loadRunFile } from "../../../client/runFile/load.js";
import { startRun } from "../../../client/runs/start.js";
import { runCampaign } from "../../chaos/campaign.js";
import { pidsOf } from "../../chaos/disturb.js";
import { type Disturbance, planDisturbances } from "../../chaos/plan.js";
import { PER_CLASS, SHORT } from "../../chaos/scenarios.js";
import { summarize, tablesOf } from "../../chaos/tables.js";
import { startTestbed, type Testbed } from "../../chaos/testbed.js";
import { smallImageSet } from "../../support/images/images.js";
import { until } from "../../support/until.js";

const KILLS = 8;
const SEED = 1;
/** What has brought bugs to light is done every time; to the other stages happens what the seed says. */
const ALWAYS: readonly Disturbance[] = [
  {
    ...{ stage: "head", kind: "SIGKILL training worker", draws: [] },
    moment: { by: "request", phase: "checkpoint manifest", place: "after" },
  },
  { stage: "tune-1", kind: "SIGTERM training worker", moment: { by: "time", share: 0.3 }, draws: [] },
  {
    ...{ stage: "tune-1", kind: "SIGKILL both", draws: [] },
    // The artifact is there, and its checkpoints are still to be removed.
    moment: { by: "request", phase: "committing", place: "after" },
  },
];

let testbed: Testbed;
let images: string;
before(async () => {
  const folder = await mkdtemp(join(tmpdir(), "thaw-chaos-"));
  images = await smallImageSet(join(folder, "images"), PER_CLASS);
  testbed = await startTestbed(folder, SHORT.checkpointSeconds);
});
after(() => testbed.close());

test(`${KILLS} kills at random moments lose nothing, and change no bit`, async (t) => {
  const began = performance.now();
  const runs = await runCampaign(testbed, {
    ...{ kills: KILLS, scenarios: [SHORT.scenario], images },
    plan: (run, stages) => {
      const random = planDisturbances(SEED, run, stages);
      return stages.flatMap(({ name }) => {
        const always = ALWAYS.filter(({ stage }) => stage === name);
        return always.length > 0 ? always : random.filter(({ stage }) => stage === name).slice(0, 1);
      });
    },
    onHappened: () => undefined,
    onRun: () => undefined,
  });
  const summary = summarize(runs, (performance.now() - began) / 1000);
  t.diagnostic(tablesOf(runs, summary, createOutput({ color: false }).screen.stdout));
  assert.deepEqual(summary.broken, []);
  assert.equal(summary.lostStages, 0);
  assert.equal(summary.artifacts, summary.stages);
  assert.ok(summary.kills >= KILLS, `${summary.kills} kills`);
  assert.ok(summary.digestsEqual > 0);
});

/** `temporal.api.enums.v1.TimeoutType`. */
const HEARTBEAT = 4;

test("a control worker that dies in the middle of an activity is noticed by its silence", async () => {
  const { folder, session, proxy } = testbed;
  const file = join(folder, "thaw.yaml");
  await writeFile(file, `name: silence\ndata: { path: ${JSON.stringify(images)} }\n`);
  let killed: number | undefined;
  const worker = (await pidsOf(testbed)).get("control-worker");
  assert.ok(worker !== undefined, "the control worker runs");
  proxy.listen({
    before: ({ method, path }) => {
      if (killed !== undefined || method !== "GET" || !path.includes("/artifacts/ingest/")) return;
      killed = worker;
      process.kill(worker, "SIGKILL");
    },
  });
  const { runId } = await startRun(session, await loadRunFile(file, []));
  const handle = session.temporal.workflow.getHandle(runId);
  const lookUps = async () =>
    ((await handle.fetchHistory()).events ?? []).flatMap(({ activityTaskStartedEventAttributes: started }) =>
      started ? [started] : [],
    );
  // The event of a start is written when the activity is over.
  await until("the look-up is done", async () => (await lookUps()).length > 0);
  const [lookUp] = await lookUps();
  assert.equal(killed, worker);
  assert.equal(lookUp?.attempt, 2);
  assert.equal(lookUp?.lastFailure?.timeoutFailureInfo?.timeoutType, HEARTBEAT);
  await handle.cancel();
  await assert.rejects(handle.result());
});
