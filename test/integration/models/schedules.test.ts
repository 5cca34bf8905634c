/** `thaw schedule` against real servers: what it makes, changes, finds lost, and tells of looks. */
import assert from "node:assert/strict";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { ScheduleListJson, ScheduleShowJson } from "../../../cli/json/models/schedules.js";
import type { AppliedSchedule } from "../../../client/schedules/apply.js";
import type { RetrainInput } from "../../../spec/retraining/retraining.js";
import { listSwitches, readSchedule, writeSchedule } from "../../../store/records/schedules.js";
import { thaw, thawJson, thawRefusal } from "../../support/cli/thaw.js";
import { sharedServices } from "../../support/services/sharedStack.js";
import { type StandInRuns, standInRunsOn } from "../../support/services/standInRuns.js";

const ID = "thaw-small";
const RUN_FILE = "name: small\ndata: { path: images }\nmodel: { promote: never }\n";
const BERLIN = ["--cron", "30 2 * * *", "--timezone", "Europe/Berlin"];

let stack: StandInRuns;
before(async () => {
  stack = await standInRunsOn(await sharedServices());
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
});
after(() => stack.close());

const schedule = <Document>(...args: string[]): Promise<Document> =>
  thawJson<Document>(stack.folder, "schedule", ...args);
const refusal = (...args: string[]): Promise<string> => thawRefusal(stack.folder, "schedule", ...args);
const show = (): Promise<ScheduleShowJson> => schedule<ScheduleShowJson>("show", "small");
const handle = () => stack.session.temporal.schedule.getHandle(ID);

async function apply(...args: string[]): Promise<AppliedSchedule> {
  const { applied } = await schedule<{ applied: AppliedSchedule[] }>("apply", ...args);
  assert.equal(applied.length, 1);
  return applied[0] as AppliedSchedule;
}

/** Ends what was started, without workers, and waits until the server and its index know. */
async function endLooks(): Promise<void> {
  const { workflow } = stack.session.temporal;
  for (const workflowId of (await show()).running) await workflow.getHandle(workflowId).terminate();
  for (let round = 0; round < 100; round++) {
    const [{ info }, { looks }] = await Promise.all([handle().describe(), show()]);
    if (info.runningActions.length === 0 && looks.every(({ outcome }) => outcome !== "running")) return;
    await sleep(100);
  }
  assert.fail("a look goes on");
}

describe("apply", () => {
  test("refuses what would not do what it says, and makes nothing", async () => {
    assert.match(await refusal("apply"), /does not say when/);
    assert.match(
      await refusal("apply", "--cron", "0 25 * * *"),
      /'25' is no value from 0 to 23.* in the field hour/,
    );
    assert.match(
      await refusal("apply", ...BERLIN.slice(0, 3), "Europe/Nowhere"),
      /no time zone Europe\/Nowhere/,
    );
    assert.match(await refusal("apply", ...BERLIN, "--every", "6h"), /either --cron or --every/);
    assert.match(await refusal("apply", ...BERLIN, "--overlap", "buffer-one"), /dropped without a word/);
    assert.match(await refusal("apply", ...BERLIN, "--catchup", "5s"), /least catch-up window is 10 s/);
    assert.match(await refusal("apply", "--jitter", "5m"), /--jitter says nothing without --cron or --every/);
    assert.match(
      await refusal("apply", ...BERLIN, "--set", "compute=kubernetes"),
      /pods cannot look into the folder/,
    );
    assert.deepEqual((await schedule<ScheduleListJson>("list")).schedules, []);
  });

  test("makes a schedule of which Temporal and the store say the same", async () => {
    const { outcome, warnings } = await apply(...BERLIN, "--note", "nightly", "--pause-after", "2");
    assert.equal(outcome, "created");
    const [spring, autumn] = warnings;
    assert.match(spring ?? "", /clocks are put forward on \d{4}-03-\d\d and never show 02:30/);
    assert.match(
      autumn ?? "",
      /put back on \d{4}-10-\d\d and show 02:30 twice: (one look takes|2 looks take) place/,
    );
    const { policies, action, typedSearchAttributes, state } = await handle().describe();
    assert.deepEqual(policies, { overlap: "SKIP", catchupWindow: 3_600_000, pauseOnFailure: false });
    assert.equal(state.note, "nightly");
    assert.deepEqual(
      typedSearchAttributes.getAll().map(({ value }) => value),
      ["small"],
    );
    const [input] = action.args as [RetrainInput];
    const record = await readSchedule(stack.session.store, ID);
    const { attributes, ...run } = input.run;
    assert.deepEqual({ ...input, run }, record?.input);
    assert.ok(attributes?.includes("ThawSchedule"), "a look writes what the server knows");
    assert.deepEqual([input.schedule, input.run.dataPath], [ID, stack.dataPath]);
    assert.match(input.runFileDigest ?? "", /^[0-9a-f]{64}$/);
  });

  test("said again changes nothing, and says so", async () => {
    const before = await readSchedule(stack.session.store, ID);
    const same = ["--cron", "30  2 * *  *", "--timezone", "europe/berlin"];
    const again = await apply(...same, "--note", "nightly", "--pause-after", "2");
    assert.deepEqual([again.outcome, again.changed], ["unchanged", []]);
    assert.deepEqual(await readSchedule(stack.session.store, ID), before);
    assert.equal((await handle().describe()).info.lastUpdatedAt, undefined);
  });

  test("without times takes the run file anew; with times they are what is said, no more", async () => {
    const edited = await apply("--set", "model.promote=ask");
    assert.deepEqual([edited.outcome, edited.changed], ["updated", ["run file"]]);
    const since = (await readSchedule(stack.session.store, ID))?.since;
    const daily = await apply("--cron", "0 4 * * *", "--skip", "* * * * SUN", "--pause-after", "2");
    assert.deepEqual(daily.changed, ["run file", "times", "note"]);
    assert.deepEqual(daily.warnings, []);
    assert.notEqual((await readSchedule(stack.session.store, ID))?.since, since);
    const { next } = await show();
    assert.ok(next.length >= 5);
    for (const time of next) assert.match(time, /T04:00:00/);
    assert.ok(
      next.every((time) => new Date(time).getUTCDay() !== 0),
      next.join(),
    );
    const { schedules } = await schedule<ScheduleListJson>("list");
    assert.deepEqual(
      schedules.map(({ id, state, differs }) => [id, state, differs]),
      [[ID, "active", false]],
    );
  });

  test("looks on either day where cron restricts both, as cron has it", async () => {
    await apply("--cron", "0 4 1 * MON", "--pause-after", "2");
    const { next } = await show();
    assert.ok(next.every((time) => new Date(time).getUTCDay() === 1 || new Date(time).getUTCDate() === 1));
    assert.ok(next.some((time) => new Date(time).getUTCDay() !== 1));
    await apply("--cron", "0 4 * * *", "--pause-after", "2");
  });
});

describe("looks", () => {
  test("a trigger starts one, and none while it goes on", async () => {
    const { workflowId } = await schedule<{ workflowId: string }>("trigger", "small");
    assert.match(workflowId, /^thaw-small-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const second = await schedule<{ workflowId?: string; running: string[] }>("trigger", ID);
    assert.deepEqual([second.workflowId, second.running], [undefined, [workflowId]]);
    const { looks, running } = await show();
    assert.deepEqual([looks.length, running], [1, [workflowId]]);
    const { typedSearchAttributes } = await stack.session.temporal.workflow.getHandle(workflowId).describe();
    const values = typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]);
    assert.deepEqual(Object.fromEntries(values).ThawModel, "small");
    const allowed = await schedule<{ workflowId?: string }>("trigger", ID, "--overlap", "allow-all");
    assert.ok(allowed.workflowId !== undefined && allowed.workflowId !== workflowId);
    await endLooks();
  });

  test("a backfill looks for past times; times without a look are told, by what is found of them", async () => {
    const { store } = stack.session;
    const day = (back: number, hour: number): string => {
      const at = new Date(Date.now() - back * 86_400_000);
      return `${at.toISOString().slice(0, 10)}T${String(hour).padStart(2, "0")}:00:00Z`;
    };
    const record = await readSchedule(store, ID);
    assert.ok(record);
    // As if its times had held for four days.
    await writeSchedule(store, { ...record, since: day(4, 0) });
    assert.deepEqual(
      (await show()).absent?.filter(({ at }) => at < day(1, 0)).map(({ why }) => why),
      [...["missed", "missed", "missed"]],
    );
    assert.match(await refusal("backfill", ID, "--from", day(3, 5), "--to", day(3, 6)), /has no time from/);
    assert.match(await refusal("backfill", ID, "--from", day(3, 6), "--to", day(3, 5)), /not before/);
    assert.match(await refusal("backfill", ID, "--from", day(-2, 0)), /--from lies in the future/);
    const span = ["--from", day(3, 0), "--to", day(2, 12), "--overlap", "allow-all"];
    const { times } = await schedule<{ times: string[] }>("backfill", ID, ...span);
    assert.equal(times.length, 2);
    for (let round = 0; round < 100 && (await show()).looks.length < 4; round++) await sleep(100);
    await endLooks();
    const { looks, absent, absentSince } = await show();
    for (const time of times) assert.ok(looks.some(({ at }) => at === time));
    assert.deepEqual(
      absent?.filter(({ at }) => at < day(1, 0)).map(({ at }) => at.slice(0, 10)),
      [day(4, 4).slice(0, 10)],
    );
    assert.equal(absentSince, new Date(day(4, 0)).toISOString());
  });
});

describe("pause", () => {
  test("holds it, says by whom and why, and does so once", async () => {
    const first = await schedule<object>("pause", "small", "--note", "new camera");
    assert.deepEqual(first, { id: ID, paused: true, switched: true });
    const second = await schedule<object>("pause", "small");
    assert.deepEqual(second, { id: ID, paused: true, switched: false });
    const { state, pause } = await show();
    assert.equal(state, "paused");
    assert.equal(pause?.note, "new camera");
    assert.match(pause?.by ?? "", /@/);
    const { stdout } = await thaw(["schedule", "show", ID], { cwd: stack.folder });
    assert.match(stdout, /paused by .*: new camera/);
    // Applied as it is: the pause stays, and that is said.
    const { warnings } = await apply();
    assert.ok(warnings.some((warning) => warning.includes("still paused")));
    assert.match(stdout, /NEXT, IF UNPAUSED/);
  });

  test("outlives an update, and a loss of the schedule, which the store makes anew", async () => {
    await apply("--cron", "0 5 * * *", "--pause-after", "2");
    assert.equal((await show()).state, "paused");
    await handle().delete();
    assert.deepEqual(
      (await schedule<ScheduleListJson>("list")).schedules.map(({ state }) => state),
      ["lost"],
    );
    assert.match(
      await refusal("trigger", "small"),
      /was lost, and nothing looks[\s\S]*--from-store thaw-small/,
    );
    const { outcome } = await apply("--from-store");
    assert.equal(outcome, "re-created");
    const { state, times, pause } = await show();
    assert.deepEqual([state, times?.crons, pause?.note], ["paused", ["0 5 * * *"], "new camera"]);
    assert.equal((await apply("--from-store", "small")).outcome, "unchanged");
  });

  test("ends with unpause", async () => {
    await schedule("unpause", "small");
    assert.equal((await show()).state, "active");
    const switches = await listSwitches(stack.session.store, ID);
    assert.deepEqual(
      switches.map(({ paused }) => paused),
      [true, false],
    );
  });
});

test("what somebody changed on the server is told, and put right", async () => {
  await handle().update((old) => ({ ...old, policies: { ...old.policies, overlap: "ALLOW_ALL" } }));
  assert.equal((await show()).differs, true);
  assert.equal((await apply("--from-store", ID)).outcome, "put right");
  assert.equal((await handle().describe()).policies.overlap, "SKIP");
  assert.equal((await show()).differs, false);
});

test("a record of an older thaw, without keys that there are now, is applied with their defaults", async () => {
  const { store } = stack.session;
  const record = await readSchedule(store, ID);
  assert.ok(record);
  const { name, data } = record.input.run.file;
  const old = { ...record.input, run: { ...record.input.run, file: { name, data } } };
  await writeSchedule(store, { ...record, input: old as unknown as RetrainInput });
  await apply("--from-store", ID);
  assert.equal(
    (await readSchedule(store, ID))?.input.run.file.head.epochs,
    record.input.run.file.head.epochs,
  );
});

test("as many failed looks in a row as were said pause it, and its story has them", async () => {
  const stop = await stack.startWorkers({ work: async () => undefined, summaries: {} });
  try {
    await rename(stack.dataPath, `${stack.dataPath}-away`);
    for (const state of ["active", "paused"]) {
      const { workflowId } = await schedule<{ workflowId: string }>("trigger", ID);
      await assert.rejects(stack.session.temporal.workflow.getHandle(workflowId).result());
      assert.equal((await show()).state, state);
      // Ids of triggered looks have the second.
      await sleep(1_100);
    }
    const { looks, pause } = await show();
    assert.deepEqual(
      looks.slice(0, 2).map(({ outcome }) => outcome),
      ["failed", "failed"],
    );
    assert.match(pause?.note ?? "", /2 looks in a row failed, the last one thaw-small-/);
    assert.equal(pause?.by, looks[0]?.workflowId);
  } finally {
    await stop();
  }
});

test("delete takes it from the server and from the store", async () => {
  assert.deepEqual(await schedule("delete", "small"), { id: ID });
  assert.equal(await readSchedule(stack.session.store, ID), undefined);
  await assert.rejects(handle().describe(), { name: "ScheduleNotFoundError" });
  assert.match(await refusal("show", "small"), /there is no schedule small/);
});
