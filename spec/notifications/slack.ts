/** A message as Slack, Mattermost and their like show it: `{text, blocks}` of Slack's incoming webhooks. */
import type { ThawEvent } from "./event.js";
import type { Message } from "./message.js";

const TITLES: Readonly<Record<ThawEvent["type"], string>> = {
  "run.finished": "Run finished",
  "run.failed": "Run failed",
  "retraining.finished": "Retraining finished",
  "retraining.failed": "Retraining failed",
  "model.waiting": "A version waits for you",
  "model.expiring": "A version waits for you, not for long",
  "model.promoted": "Promoted",
  "model.rolled-back": "Rolled back",
  "model.drifted": "New images look different",
  "schedule.silent": "Looks did not take place",
  "notification.test": "Test of notifications",
};

type Block = Readonly<Record<string, unknown>>;

/** @returns `text` is what notifications and receivers without blocks show; foreign text is plain text everywhere */
export function slackMessage({ type, data }: Message): {
  readonly text: string;
  readonly blocks: readonly Block[];
} {
  const { model, version, sentence, figures = {}, links, command } = data;
  const label = model === undefined ? "" : `: ${model}${version === undefined ? "" : `@${version}`}`;
  const title = `${TITLES[type]}${label}`;
  const facts = Object.entries(figures).map(([name, value]) => plain(`${name}: ${figure(value)}`));
  const context = [
    ...(command === undefined ? [] : [marked(`\`${quiet(command).replaceAll("`", "'")}\``)]),
    ...(links === undefined ? [] : [marked(`<${links.temporal}|Temporal UI>`)]),
  ];
  return {
    text: `${quiet(title)}\n${quiet(sentence)}`,
    blocks: [
      // Slack allows 150 characters of a heading, ten fields of a section.
      { type: "header", text: plain(title.slice(0, 150)) },
      {
        type: "section",
        text: plain(sentence),
        ...(facts.length === 0 ? {} : { fields: facts.slice(0, 10) }),
      },
      ...(context.length === 0 ? [] : [{ type: "context", elements: context }]),
    ],
  };
}

const plain = (text: string): Block => ({ type: "plain_text", text: unmentioned(text), emoji: false });
const marked = (text: string): Block => ({ type: "mrkdwn", text, verbatim: true });

/** Slack's three signs of control (`&`, `<`, `>`) as text: no links, no mentions of people and channels. */
const quiet = (text: string): string =>
  unmentioned(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Receivers that are not Slack take a bare word for a call to everybody. */
const unmentioned = (text: string): string =>
  text.replace(/(?<![\p{L}\p{N}])@(?=(?:all|channel|everyone|here)\b)/giu, "@ ");

const figure = (value: number): string =>
  Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
