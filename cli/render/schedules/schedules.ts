/** Schedules as text. */
import { noteOfPause, policiesText, timesText } from "../../../spec/schedules/words.js";
import { zonedText } from "../../../spec/schedules/zones.js";
import type {
  AppliedJson,
  ScheduleJson,
  ScheduleListJson,
  ScheduleShowJson,
} from "../../json/models/schedules.js";
import type { Screen } from "../../output.js";
import { dateTime, shortTime } from "../numbers.js";
import { proseTable, table } from "../table.js";
import { wrapWords } from "../words.js";

/** Those of the list have one line each; `show` has it all. */
export function schedulesTable({ schedules }: ScheduleListJson, screen: Screen, now = new Date()): string {
  if (schedules.length === 0) return "";
  const rows = schedules.map((schedule) => {
    const { id, state, differs, model, times, next } = schedule;
    const [first] = next;
    return [
      ...[id, differs && state !== "lost" && state !== "unknown" ? `${state}, changed` : state, model ?? ""],
      first === undefined || state === "paused" ? "" : shortTime(new Date(first), now),
      times === undefined ? "" : timesText(times),
    ];
  });
  return table(["SCHEDULE", "STATE", "MODEL", "NEXT", "LOOKS"], rows, screen, [], [0]);
}

const MOST_NEXT = 5;
const MOST_LOOKS = 10;

export function scheduleText(story: ScheduleShowJson, screen: Screen, now = new Date()): string {
  const { id, model, times, policies, note, images, next, at, by } = story;
  const wrapped = (text: string): string => wrapWords(text, screen.width, "  ");
  const zone = times?.timezone ?? "UTC";
  return [
    wrapped(`${screen.colours.bold(id)}  ${stateText(story)}`),
    ...(times === undefined ? [] : [wrapped(`looks ${timesText(times)}`)]),
    ...(policies === undefined ? [] : policiesText(policies).map(wrapped)),
    ...(model === undefined ? [] : [wrapped(`at the images of ${model}: ${images}`)]),
    ...(at === undefined ? [] : [wrapped(`applied ${shortTime(new Date(at), now)} by ${by}`)]),
    ...(note === undefined ? [] : [wrapped(`note: ${note}`)]),
    ...(next.length === 0 ? [] : ["", nextText(next, zone, story.state === "paused", screen)]),
    ...(story.looks.length === 0 ? [] : ["", looksTable(story, screen, now)]),
    ...absentText(story, screen, now),
  ].join("\n");
}

function stateText({ id, state, differs, pause, running }: ScheduleJson): string {
  const others = running.length === 0 ? "" : `, a look goes on: ${running.join(", ")}`;
  switch (state) {
    case "lost":
      return `lost: the server has it no more, and nothing looks; \`thaw schedule apply --from-store ${id}\``;
    case "unknown":
      return `the store does not know it: apply it with its run file, or delete it${others}`;
    case "paused":
    case "active": {
      const who = pause?.by === undefined ? "" : ` by ${pause.by}`;
      // A pause without a reason has this note, which would say the same twice.
      const isReason = pause?.note !== undefined && pause.note !== noteOfPause(pause.by);
      const why = isReason ? `: ${pause.note}` : "";
      const other = differs
        ? `; the server's is another than was applied, \`thaw schedule apply --from-store ${id}\` puts it right`
        : "";
      return `${state}${state === "paused" ? `${who}${why}` : ""}${others}${other}`;
    }
  }
}

function nextText(next: readonly string[], zone: string, paused: boolean, screen: Screen): string {
  const rows = next.slice(0, MOST_NEXT).map((time) => {
    const at = new Date(time);
    return [dateTime(at), zonedText(zone, at)];
  });
  return table([paused ? "NEXT, IF UNPAUSED" : "NEXT", zone.toUpperCase()], rows, screen);
}

function looksTable({ looks }: ScheduleShowJson, screen: Screen, now: Date): string {
  const rows = looks
    .slice(0, MOST_LOOKS)
    .map(({ at, outcome, sentence, workflowId }) => [
      shortTime(new Date(at), now),
      ...[outcome, sentence ?? workflowId],
    ]);
  return proseTable(["LOOK OF", "CAME TO", ""], rows, screen);
}

const UNKNOWN_ABSENT = "Which looks did not take place cannot be told: only the server reckons their times.";

function absentText({ absent, absentSince }: ScheduleShowJson, screen: Screen, now: Date): readonly string[] {
  if (absent === undefined || absentSince === undefined) return ["", wrapWords(UNKNOWN_ABSENT, screen.width)];
  const since = shortTime(new Date(absentSince), now);
  if (absent.length === 0) return ["", `No look is missing since ${since}.`];
  const rows = absent
    .slice(0, MOST_LOOKS)
    .map(({ at, why, sentence }) => [shortTime(new Date(at), now), why, sentence]);
  const title = `Without a look since ${since}: ${absent.length}${absent.length > MOST_LOOKS ? `, the last ${MOST_LOOKS} of them` : ""}`;
  return ["", title, proseTable(["TIME", "WHY", ""], rows, screen)];
}

export function appliedText({ applied }: AppliedJson, { width }: Screen): string {
  return applied.map((one) => wrapWords(`${one.id} ${whatWasDone(one)}`, width, "  ")).join("\n");
}

function whatWasDone({ outcome, changed }: AppliedJson["applied"][number]): string {
  const updated = changed.length === 0 ? "" : `updated: ${changed.join(", ")}`;
  switch (outcome) {
    case "unchanged":
      return "is as it was: nothing to change";
    case "updated":
      return updated === "" ? "updated" : updated;
    case "re-created":
      return `re-created: the server had lost it${updated === "" ? "" : `; ${updated}`}`;
    case "put right":
      return "put right: somebody had changed it on the server";
    case "created":
      return "created";
  }
}
