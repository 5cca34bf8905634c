/** Makes Temporal's schedule what is asked for, and writes it into the store; the same again changes nothing. */
import { isDeepStrictEqual } from "node:util";
import { ThawError } from "../../spec/errors.js";
import { MOST_OF_A_NOTE } from "../../spec/records/aliasDecision.js";
import type { RunFile } from "../../spec/runFile/runFile.js";
import { runFileSchema } from "../../spec/runFile/runFile.js";
import { parseCron } from "../../spec/schedules/cron.js";
import { daylightText, daylightTroubles } from "../../spec/schedules/daylight.js";
import {
  LEAST_BUFFERED_CATCHUP,
  LEAST_CATCHUP,
  LEAST_EVERY,
  SCHEDULE_ID,
  type SchedulePolicies,
  type ScheduleRecord,
  type ScheduleTimes,
  scheduleIdOf,
} from "../../spec/schedules/schedule.js";
import { noteOfPause, secondsText } from "../../spec/schedules/words.js";
import { zoneOf } from "../../spec/schedules/zones.js";
import { canonicalJson, sha256 } from "../../store/artifacts/keys.js";
import { unlessDamaged } from "../../store/record.js";
import { listSwitches, readSchedule, writeSchedule } from "../../store/records/schedules.js";
import { retrainInput } from "../models/retrain.js";
import type { Session } from "../session.js";
import { ensureSearchAttributes } from "../temporal/searchAttributes.js";
import { whoAmI } from "../whoAmI.js";
import {
  createSchedule,
  describeSchedule,
  digestOfDescribed,
  matchingTimes,
  updateSchedule,
  type WantedSchedule,
} from "./temporalSchedule.js";

export interface ScheduleRequest extends SchedulePolicies {
  readonly file: RunFile;
  /** Absolute, or `s3://…`. */
  readonly dataPath: string;
  /** `thaw-MODEL` when left out. */
  readonly name?: string;
  /** When left out, those that the schedule has in the store, with its policies and its note. */
  readonly times?: ScheduleTimes;
  readonly note?: string;
}

/** Parts of a schedule that an apply may change, as people are told them. */
export const SCHEDULE_PARTS = ["run file", "images", "times", "policies", "note", "version of thaw"] as const;
type SchedulePart = (typeof SCHEDULE_PARTS)[number];

export const OUTCOMES = ["created", "re-created", "updated", "put right", "unchanged"] as const;

export interface AppliedSchedule {
  readonly id: string;
  /** `re-created`: the server had lost it; `put right`: somebody had changed it there. */
  readonly outcome: (typeof OUTCOMES)[number];
  /** Against the store; empty unless `updated`. */
  readonly changed: readonly SchedulePart[];
  /** In sentences without a full stop. */
  readonly warnings: readonly string[];
}

/**
 * @throws ThawError USAGE for times and policies that are none, RUN_FILE_INVALID, BASE_UNKNOWN, NOT_FOUND, TEMPORAL_…, STORE_…
 */
export async function applySchedule(session: Session, request: ScheduleRequest): Promise<AppliedSchedule> {
  const { file, dataPath } = request;
  const model = file.name;
  const id = request.name ?? scheduleIdOf(model);
  checkId(id);
  // One that is damaged is written anew.
  const before = await unlessDamaged(readSchedule(session.store, id), []);
  if (before !== undefined && before.model !== model)
    throw new ThawError("USAGE", `schedule ${id} is of model ${before.model}, not of ${model}`, {
      hint: `choose another --name, or \`thaw schedule delete ${id}\` first`,
    });
  const asked = request.times === undefined ? keptOf(id, before) : askedOf(request, request.times);
  checkTimes(asked.times);
  checkPolicies(asked);
  const input = {
    ...(await retrainInput(session, { file, dataPath })),
    schedule: id,
    runFileDigest: sha256(canonicalJson(file)),
  };
  return settle(session, before, {
    ...{ id, model, ...asked, input },
    ...{ at: new Date().toISOString(), by: whoAmI() },
    since:
      before !== undefined && isDeepStrictEqual(before.times, asked.times)
        ? before.since
        : new Date().toISOString(),
  });
}

/** Makes Temporal's schedule what the store says. @throws ThawError NOT_FOUND, RUN_FILE_INVALID, TEMPORAL_…, STORE_… */
export async function applyFromStore(session: Session, id: string): Promise<AppliedSchedule> {
  const record = await readSchedule(session.store, id);
  if (record === undefined)
    throw new ThawError("NOT_FOUND", `there is no schedule ${id} in the store`, {
      hint: "`thaw schedule list` lists them",
    });
  // Whoever may write to the bucket may have written it, and an older thaw may have left keys out.
  const { data: file, error } = runFileSchema.safeParse(record.input.run.file);
  if (file === undefined)
    throw new ThawError(
      "RUN_FILE_INVALID",
      `the run file of schedule ${id} is none: ${error.issues[0]?.message}`,
      {
        hint: "apply it with its run file",
      },
    );
  checkTimes(record.times);
  checkPolicies(record);
  const { applied: _applied, ...wanted } = record;
  return settle(session, record, {
    ...wanted,
    input: { ...record.input, run: { ...record.input.run, file }, schedule: id },
  });
}

type Asked = SchedulePolicies & Pick<ScheduleRecord, "times" | "note">;

function askedOf({ overlap, catchup, pauseAfter, note }: ScheduleRequest, times: ScheduleTimes): Asked {
  if ((note?.length ?? 0) > MOST_OF_A_NOTE)
    throw new ThawError(
      "USAGE",
      `a note has at most ${MOST_OF_A_NOTE} characters, and this one ${note?.length}`,
    );
  // What means the same is written the same, so that it changes nothing.
  const written = {
    ...times,
    crons: times.crons.map((cron) => parseCron(cron).text),
    skip: times.skip.map((cron) => parseCron(cron).text),
    timezone: zoneOf(times.timezone),
  };
  return {
    ...{ times: written, overlap, catchup },
    ...(pauseAfter === undefined ? {} : { pauseAfter }),
    ...(note === undefined || note === "" ? {} : { note }),
  };
}

function keptOf(id: string, before: ScheduleRecord | undefined): Asked {
  if (before === undefined)
    throw new ThawError("USAGE", `schedule ${id} does not say when`, {
      hint: "--cron '0 3 * * *' is every day at 03:00, --every 6h is every six hours",
    });
  const { times, overlap, catchup, pauseAfter, note } = before;
  return {
    ...{ times, overlap, catchup },
    ...(pauseAfter === undefined ? {} : { pauseAfter }),
    ...(note === undefined ? {} : { note }),
  };
}

function checkId(id: string): void {
  if (SCHEDULE_ID.test(id)) return;
  throw new ThawError("USAGE", `'${id}' cannot be the name of a schedule`, {
    hint: "use up to 60 lower-case letters, digits and dashes",
  });
}

function checkTimes({ crons, every, timezone, jitter, skip }: ScheduleTimes): void {
  for (const cron of [...crons, ...skip]) parseCron(cron);
  zoneOf(timezone);
  if ((crons.length === 0) === (every === undefined))
    throw new ThawError("USAGE", "a schedule has either --cron or --every", {
      hint: "--cron may be given several times",
    });
  if (every !== undefined && every < LEAST_EVERY)
    throw new ThawError(
      "USAGE",
      `between two looks there are at least ${LEAST_EVERY} s, and --every says ${every} s`,
    );
  if (jitter < 0) throw new ThawError("USAGE", "--jitter is no negative time");
}

function checkPolicies({ overlap, catchup, pauseAfter }: SchedulePolicies): void {
  if (catchup < LEAST_CATCHUP)
    throw new ThawError(
      "USAGE",
      `the server's least catch-up window is ${LEAST_CATCHUP} s, and --catchup says ${catchup} s`,
    );
  if (overlap.startsWith("buffer") && catchup < LEAST_BUFFERED_CATCHUP)
    throw new ThawError(
      "USAGE",
      `with --overlap ${overlap} a look waits for the one before, and what waits for longer than the catch-up window (${secondsText(catchup)}) is dropped without a word`,
      {
        hint: `--catchup at least as long as the longest training takes, and at least ${secondsText(LEAST_BUFFERED_CATCHUP)}: --catchup 1d`,
      },
    );
  if (pauseAfter !== undefined && pauseAfter < 1)
    throw new ThawError("USAGE", "--pause-after counts failed looks, from 1 on");
}

/** The server first: it judges the times, and what it then says is part of the record. */
async function settle(
  session: Session,
  before: ScheduleRecord | undefined,
  wanted: WantedSchedule,
): Promise<AppliedSchedule> {
  const { id } = wanted;
  const described = await describeSchedule(session, id);
  const changed = before === undefined ? [] : changedParts(before, wanted);
  const isAsApplied = described !== undefined && digestOfDescribed(described) === before?.applied;
  if (before !== undefined && changed.length === 0 && isAsApplied)
    return { id, outcome: "unchanged", changed, warnings: await warningsOf(session, wanted) };
  const { known } = await ensureSearchAttributes(session);
  if (described === undefined) {
    const last = (await listSwitches(session.store, id)).at(-1);
    const pause = last?.paused === true ? (last.note ?? noteOfPause(last.by)) : undefined;
    await createSchedule(session, wanted, before === undefined ? undefined : pause, known);
  } else await updateSchedule(session, wanted, known);
  const now = await describeSchedule(session, id);
  if (now === undefined)
    throw new ThawError("TEMPORAL_UNREACHABLE", `schedule ${id} was deleted while it was being made`, {
      hint: "try again",
    });
  await writeSchedule(session.store, { ...wanted, applied: digestOfDescribed(now) });
  const outcome =
    described === undefined
      ? before === undefined
        ? "created"
        : "re-created"
      : changed.length > 0 || before === undefined
        ? "updated"
        : "put right";
  return { id, outcome, changed, warnings: await warningsOf(session, wanted) };
}

function changedParts(before: ScheduleRecord, wanted: WantedSchedule): SchedulePart[] {
  const parts = (record: WantedSchedule): Readonly<Record<SchedulePart, unknown>> => {
    const { thawVersion, dataPath, ...file } = record.input.run;
    const { overlap, catchup, pauseAfter } = record;
    return {
      "run file": file,
      images: dataPath,
      times: record.times,
      policies: [overlap, catchup, pauseAfter],
      note: record.note,
      "version of thaw": thawVersion,
    };
  };
  const [old, now] = [plain(parts(before)), plain(parts(wanted))];
  return SCHEDULE_PARTS.filter((part) => !isDeepStrictEqual(old[part], now[part]));
}

/** As JSON carries it: keys that are undefined are none. */
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

async function warningsOf(session: Session, { id, times }: WantedSchedule): Promise<readonly string[]> {
  const now = new Date();
  const troubles = daylightTroubles(times, now).map(async (trouble) => {
    const asked = trouble.kind === "twice" && times.jitter === 0;
    const looks = asked
      ? (await matchingTimes(session, id, trouble.from, new Date(trouble.to.getTime() - 1))).times
      : undefined;
    return daylightText(trouble, times.timezone, looks);
  });
  const described = await describeSchedule(session, id);
  const next = described?.info.nextActionTimes ?? [];
  const never =
    next.length > 0 ? [] : ["the server finds no time at which it would look: --skip may leave none"];
  // An apply leaves a pause as it is: who sets new times would else wait for looks that do not come.
  const paused = described?.state.paused
    ? [`it is still paused, and looks again after \`thaw schedule unpause ${id}\``]
    : [];
  return [...paused, ...never, ...(await Promise.all(troubles))];
}
