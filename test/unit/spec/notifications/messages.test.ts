/** What is sent of events: which there are, bounded and cleaned texts, the form that chats read, delays between attempts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ThawEvent } from "../../../../spec/notifications/event.js";
import {
  eventOfDrift,
  eventOfReminder,
  eventOfRun,
  eventOfSilence,
  eventOfTick,
} from "../../../../spec/notifications/events.js";
import { messageOf } from "../../../../spec/notifications/message.js";
import { DELAYS, delayAfter, MOST_ATTEMPTS, retryAfterOf } from "../../../../spec/notifications/retries.js";
import { slackMessage } from "../../../../spec/notifications/slack.js";
import type { RunInput } from "../../../../spec/pipeline/run.js";
import { TICK_VERDICTS, type Tick } from "../../../../spec/retraining/retraining.js";
import { APPROVAL } from "../../../support/models/approvals.js";
import { RESULT } from "../../cli/runViews.js";

const PLACE = { uiUrl: "http://ui.example/", namespace: "lab" };
const TICK: Tick = {
  ...{ model: "digits", at: "2026-11-29T02:00:00.000Z", workflowId: "retrain-digits-1", version: 3 },
  ...{ verdict: "waits", sentence: "digits@3 waits for a person", reasons: ["data"], runId: "digits-1" },
  look: { source: "ab", images: 40, added: 4, removed: 0, changed: 1 },
  testAccuracy: 0.925,
};

test("each end of a look but those that came to nothing is an event, with what a person does about it", () => {
  const types = TICK_VERDICTS.map((verdict) => eventOfTick({ ...TICK, verdict })?.type);
  assert.deepEqual(types, [
    ...[undefined, undefined, "retraining.finished", "model.promoted", "model.waiting"],
    ...["retraining.finished", "retraining.finished", "retraining.finished"],
    ...[undefined, "retraining.failed"],
  ]);
  assert.equal(eventOfTick(TICK)?.command, "thaw approve digits@3");
  assert.equal(eventOfTick({ ...TICK, verdict: "promoted" })?.command, "thaw rollback digits");
  assert.equal(eventOfTick({ ...TICK, verdict: "failed" })?.command, "thaw explain digits-1");
});

test("the accuracy of a run is not told without what may void it", () => {
  const input = { runId: "digits-1", file: { name: "digits" } } as RunInput;
  const plain = eventOfRun(input, TICK.at, { result: RESULT }).sentence;
  assert.match(plain, /^digits@\d+: test accuracy .* to [\d.]+ %$/);
  const sentence = "Half of it is known.";
  const warnings = [
    { code: "leaks", grade: "voids", sentence, advice: "repair" },
    { code: "small-classes", grade: "check", sentence: "Few.", advice: "add some" },
  ] as const;
  const told = eventOfRun(input, TICK.at, { result: { ...RESULT, warnings } }).sentence;
  assert.equal(told, `${plain}; but its figures may be void: Half of it is known`);
});

test("new images that differ, and looks that did not take place, are events with their figures", () => {
  const of = { model: "digits", at: TICK.at, workflowId: TICK.workflowId };
  const { type, version, sentence, figures } = eventOfDrift(
    { version: 2, verdict: "may-hurt", sentence: "may hurt: darker", compared: 40 },
    of,
  );
  assert.deepEqual([type, version, figures], ["model.drifted", 2, { compared: 40 }]);
  assert.equal(sentence, "new images against digits@2: may hurt: darker");
  const schedule = { id: "nightly", model: "digits" };
  const [one, two] = ["2026-11-27T02:00:00.000Z", "2026-11-28T02:00:00.000Z"].map((at) => new Date(at));
  assert.ok(one && two);
  const silent = eventOfSilence(schedule, [one, two], "nothing was started", TICK.at);
  assert.deepEqual(
    [silent.type, silent.schedule, silent.figures],
    ["schedule.silent", "nightly", { missed: 2 }],
  );
  assert.equal(
    silent.sentence,
    "schedule nightly: 2 looks from 2026-11-27T02:00:00.000Z to 2026-11-28T02:00:00.000Z did not take place: nothing was started",
  );
  assert.match(eventOfSilence(schedule, [one], "lost", TICK.at).sentence, /a look, due by 2026-11-27T02:00/);
});

test("a reminder says since when and until when, and the last one that it is that", () => {
  const asked = { ...APPROVAL, reminders: 2, expires: "2026-12-06T02:00:00.000Z" };
  const { type, reminder, figures, sentence } = eventOfReminder(asked, "2026-12-05T14:00:00.000Z", false);
  assert.deepEqual([type, reminder, figures?.hoursLeft], ["model.waiting", 2, 12]);
  assert.match(sentence, /rejected at 2026-12-06T02:00:00\.000Z: /);
  const last = eventOfReminder(asked, "2026-12-05T14:00:00.000Z", true);
  assert.deepEqual([last.type, last.reminder], ["model.expiring", 2]);
  assert.match(last.sentence, /rejected at 2026-12-06T02:00:00\.000Z, and nobody is asked again before: /);
});

test("a message is JSON of type, time and data, with the page of the Temporal UI", () => {
  const message = messageOf(eventOfTick(TICK) as ThawEvent, PLACE);
  assert.deepEqual(JSON.parse(JSON.stringify(message)), {
    type: "model.waiting",
    timestamp: TICK.at,
    data: {
      ...{ sentence: TICK.sentence, model: "digits", workflowId: TICK.workflowId, version: 3 },
      runId: "digits-1",
      figures: { testAccuracy: 0.925, images: 40, added: 4, removed: 0, changed: 1 },
      command: "thaw approve digits@3",
      links: { temporal: "http://ui.example/namespaces/lab/workflows/retrain-digits-1" },
    },
  });
});

test("texts of strangers are cleaned, bounded and without secrets: a message stays below 20 kB", () => {
  const long = `\u001b[2J${"模".repeat(50_000)}`;
  const event: ThawEvent = {
    ...{ type: "run.failed", at: TICK.at, model: long, runId: long, workflowId: "w", schedule: long },
    ...{ alias: long, command: long, sentence: `http://me:secret@store failed ${long}` },
  };
  const body = JSON.stringify(messageOf(event, PLACE));
  assert.ok(Buffer.byteLength(body) < 20_000, `${Buffer.byteLength(body)}`);
  assert.ok(!body.includes("secret@") && !body.includes('\\u001b[2J"'));
  assert.match(JSON.parse(body).data.model, /^\\u001b\[2J/);
  const slack = JSON.stringify(slackMessage(messageOf(event, PLACE)));
  assert.ok(Buffer.byteLength(slack) < 40_000, `${Buffer.byteLength(slack)}`);
});

test("a chat gets text and blocks in which foreign text calls nobody, links nowhere and ends no code", () => {
  const sentence = "<!channel> see <https://evil.example|here>, @everyone & digits@3 `rm`";
  const event: ThawEvent = { ...(eventOfTick(TICK) as ThawEvent), sentence, command: "thaw a `b` <c>" };
  const { text, blocks } = slackMessage(messageOf(event, PLACE));
  assert.equal(
    text,
    "A version waits for you: digits@3\n&lt;!channel&gt; see &lt;https://evil.example|here&gt;, @ everyone &amp; digits@3 `rm`",
  );
  const [header, section, context] = blocks as unknown as [
    { text: { type: string } },
    { text: { type: string }; fields: readonly { type: string }[] },
    { elements: readonly { type: string; text: string }[] },
  ];
  assert.equal(header.text.type, "plain_text");
  assert.equal(section.text.type, "plain_text");
  assert.ok(section.fields.every(({ type }) => type === "plain_text"));
  assert.deepEqual(
    context.elements.map((element) => element.text),
    ["`thaw a 'b' &lt;c&gt;`", "<http://ui.example/namespaces/lab/workflows/retrain-digits-1|Temporal UI>"],
  );
});

test("the delays come to about three days, vary by a tenth and are never shorter than what was asked for", () => {
  const days = DELAYS.reduce((sum, seconds) => sum + seconds, 0) / 86_400;
  assert.ok(days > 3 && days < 3.3, `${days}`);
  assert.equal(MOST_ATTEMPTS, 10);
  assert.equal(delayAfter(1, 0.5), 5);
  assert.ok(Math.abs(delayAfter(2, 0) - 270) < 1e-9 && delayAfter(2, 0.999) < 330);
  assert.equal(delayAfter(1, 0.5, 120), 120);
  assert.equal(delayAfter(3, 0.5, 120), 1800);
  assert.equal(delayAfter(1, 0.5, 1e9), 86_400);
});

test("Retry-After is seconds or a date", () => {
  const now = Date.parse("2026-11-29T12:00:00Z");
  assert.equal(retryAfterOf("120", now), 120);
  assert.equal(retryAfterOf("Sun, 29 Nov 2026 12:01:00 GMT", now), 60);
  for (const header of [undefined, "soon", "Sun, 29 Nov 2026 11:00:00 GMT", "-3"])
    assert.equal(retryAfterOf(header, now), undefined, header);
});
