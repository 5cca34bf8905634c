/** `thaw schedule apply`: makes a schedule what is asked for; the same again changes nothing. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { AppliedSchedule } from "../../../client/schedules/apply.js";
import type { Session } from "../../../client/session.js";
import { ThawError } from "../../../spec/errors.js";
import {
  DEFAULT_CATCHUP,
  OVERLAPS,
  type Overlap,
  type ScheduleTimes,
} from "../../../spec/schedules/schedule.js";
import { contextOf, withExamples } from "../../context.js";
import { appliedJson } from "../../json/models/schedules.js";
import type { Output } from "../../output.js";
import { suggest } from "../../render/runs/advice.js";
import { openProjectStore, withWritingSession } from "../../session.js";
import { settledBases } from "../../starting/bases.js";
import { say } from "../../terminal/shown.js";
import { collect, DEFAULT_RUN_FILE, SET_HELP } from "../runs/runFileOptions.js";

interface Options {
  readonly set?: readonly string[];
  readonly cron?: readonly string[];
  readonly every?: number;
  readonly timezone?: string;
  readonly jitter?: number;
  readonly skip?: readonly string[];
  readonly overlap?: Overlap;
  readonly catchup?: number;
  readonly pauseAfter?: number;
  readonly note?: string;
  readonly name?: string;
  /** True without an id: all of them. */
  readonly fromStore?: string | true;
}

export const overlapOption = (what: string): Option =>
  new Option("--overlap <policy>", what).choices(OVERLAPS);

export function addApply(schedule: Command): void {
  const command = schedule
    .command("apply")
    .description(
      "make a schedule, or change it: when given, options say all of it, and those left out mean their default; without --cron and --every the run file alone is taken anew",
    )
    .argument("[file]", "the run file", DEFAULT_RUN_FILE)
    .option("-s, --set <key=value>", SET_HELP, collect)
    .option("--cron <cron>", "minute, hour, day, month, weekday; may be given several times", collect)
    .option("--every <time>", "such as 6h, 30m or 1d, instead of --cron", seconds)
    .option("--timezone <zone>", "that --cron and --skip are read in (default UTC)")
    .option("--jitter <time>", "put each look off by up to so much, by chance", seconds)
    .option("--skip <cron>", "begin no look in these minutes; may be given several times", collect)
    .addOption(overlapOption("of a look while another goes on (default skip)"))
    .option("--catchup <time>", "by which a look may be late (default 1h)", seconds)
    .option("--pause-after <n>", "failed looks in a row that pause it", count)
    .option("--note <text>", "why, for people")
    .option("--name <id>", "of the schedule (default thaw-MODEL)")
    .option(
      "--from-store [id]",
      "what the store says, to a server that lost or changed it; all without an id",
    )
    .action(async (file: string, _options: object, self: Command) => {
      const { output, project, options } = contextOf<Options>(self);
      const applied =
        options.fromStore === undefined
          ? await fromFile(file, options, project, output)
          : await fromStore(options.fromStore, options, project);
      const { appliedText } = await import("../../render/schedules/schedules.js");
      output.data(appliedJson(applied), appliedText);
      for (const { id, warnings } of applied)
        for (const warning of warnings) output.talk(say`Warning, ${id}: ${warning}.`);
      const [first] = applied;
      if (first === undefined) output.talk(say`There are no schedules in the store.`);
      else suggest(output, [[`thaw schedule show ${first.id}`, "when it looks next"]]);
    });
  withExamples(command, [
    ["thaw schedule apply --cron '0 3 * * *' --timezone Europe/Berlin", "every night at 03:00"],
    ["thaw schedule apply --every 6h --skip '* 8-17 * * MON-FRI'", "but not in office hours"],
    ["thaw schedule apply", "the run file was edited"],
    ["thaw schedule apply --from-store", "the server lost its schedules"],
  ]);
}

async function fromFile(
  path: string,
  options: Options,
  project: string | undefined,
  output: Output,
): Promise<readonly AppliedSchedule[]> {
  const times = timesOf(options);
  const { loadRunFile } = await import("../../../client/runFile/load.js");
  const loaded = await loadRunFile(path, options.set ?? [], () => openProjectStore(project));
  const { dataPath, warnings } = loaded;
  if (loaded.file.compute === "kubernetes" && !dataPath.startsWith("s3://"))
    throw new ThawError("USAGE", `pods cannot look into the folder ${dataPath} of this machine`, {
      hint: "put the images into a bucket and say data.path: s3://BUCKET/PREFIX; images that `--upload` put into the store would never change",
    });
  const { applySchedule } = await import("../../../client/schedules/apply.js");
  const { overlap = "skip", catchup = DEFAULT_CATCHUP, pauseAfter, note, name } = options;
  return withWritingSession(project, async (session) => {
    const { file } = await settledBases(session, loaded, output);
    const applied = await applySchedule(session, {
      ...{ file, dataPath, overlap, catchup },
      ...(times === undefined ? {} : { times }),
      ...(pauseAfter === undefined ? {} : { pauseAfter }),
      ...(note === undefined ? {} : { note }),
      ...(name === undefined ? {} : { name }),
    });
    return [{ ...applied, warnings: [...warnings, ...applied.warnings] }];
  });
}

/** Undefined where nothing is said of when: then nothing else of it may be said either. */
function timesOf(options: Options): ScheduleTimes | undefined {
  const { cron = [], every, timezone = "UTC", jitter = 0, skip = [] } = options;
  if (cron.length === 0 && every === undefined) {
    refuseAlso(
      options,
      ["timezone", "jitter", "skip", "overlap", "catchup", "pauseAfter", "note"],
      "--cron or --every",
    );
    return undefined;
  }
  return { crons: cron, ...(every === undefined ? {} : { every }), timezone, jitter, skip };
}

function refuseAlso(options: Options, names: readonly (keyof Options)[], without: string): void {
  const given = names.find((name) => options[name] !== undefined);
  if (given === undefined) return;
  const flag = given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new ThawError("USAGE", `--${flag} says nothing without ${without}`, {
    hint: "what is given says all of a schedule: repeat its times, too; `thaw schedule show` has them",
  });
}

async function fromStore(
  id: string | true,
  options: Options,
  project: string | undefined,
): Promise<readonly AppliedSchedule[]> {
  const given = (Object.keys(options) as (keyof Options)[]).find((name) =>
    [
      "set",
      "cron",
      "every",
      "timezone",
      "jitter",
      "skip",
      "overlap",
      "catchup",
      "pauseAfter",
      "note",
      "name",
    ].includes(name),
  );
  if (given !== undefined)
    throw new ThawError(
      "USAGE",
      "--from-store takes all from the store, and nothing else can be said beside it",
    );
  const { applyFromStore } = await import("../../../client/schedules/apply.js");
  return withWritingSession(project, async (session) => {
    const applied: AppliedSchedule[] = [];
    for (const one of await idsOf(session, id)) applied.push(await applyFromStore(session, one));
    return applied;
  });
}

async function idsOf(session: Session, id: string | true): Promise<readonly string[]> {
  const { resolveSchedule, scheduleViews } = await import("../../../client/schedules/view.js");
  if (id !== true) return [await resolveSchedule(session, id)];
  const { schedules } = await scheduleViews(session);
  return schedules.flatMap(({ record }) => record?.id ?? []);
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

function seconds(text: string): number {
  const [, amount, unit = ""] = /^(\d+)\s*([smhd])$/.exec(text.trim()) ?? [];
  const value = Number(amount) * (UNITS[unit] ?? Number.NaN);
  if (Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError("It must be like 90s, 10m, 6h or 1d.");
}

function count(text: string): number {
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number from 1 to 999.");
}
