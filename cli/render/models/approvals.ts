/** What waits for a person, as text. */
import type { Approval } from "../../../spec/retraining/approval.js";
import type { Screen } from "../../output.js";
import { shortTime } from "../numbers.js";
import { commandList } from "../runs/advice.js";
import { table } from "../table.js";
import { wrap } from "../text.js";
import { wrapTalk } from "../words.js";

/** What is asked, what speaks for it, and the commands that a person needs then. */
export function approvalsText(approvals: readonly Approval[], screen: Screen, now = new Date()): string {
  if (approvals.length === 0) return "";
  const rows = approvals.map(({ request, since, expires, reminders }) => [
    `${request.model}@${request.version}`,
    ...[request.alias, request.inUse === undefined ? "none" : String(request.inUse)],
    ...[shortTime(new Date(since), now), shortTime(new Date(expires), now), String(reminders)],
  ]);
  const header = ["WAITS", "TO BE", "NOW", "SINCE", "EXPIRES", "REMINDED"];
  const [titles, ...lines] = table(header, rows, screen, [5]).split("\n");
  // What speaks for it and against it is what a person decides by: it is never cut.
  const waiting = lines.flatMap((line, index) => [
    line,
    ...wrap(approvals[index]?.request.sentence ?? "", screen.width - 2).map((part) => `  ${part}`),
  ]);
  const commands = approvals.map(({ request: { model, version, runId } }) =>
    commandList([
      [`thaw report ${runId} --open`, "read it first"],
      [`thaw approve ${model}@${version} --note WHY`, "or thaw reject"],
    ]),
  );
  return `${[titles, ...waiting].join("\n")}\n\n${wrapTalk(commands.join("\n"), screen.width)}`;
}

/** What became of it, in one sentence. */
export function decidedText({ workflowId, outcome }: Approval): string {
  return outcome?.sentence ?? `${workflowId} is being decided`;
}
