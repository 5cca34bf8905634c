/** `thaw approve`, `thaw reject` and `thaw approvals`: a person's word on versions that wait for it. */
import type { Command } from "commander";
import type { Verdict } from "../../../spec/retraining/approval.js";
import { contextOf, withExamples } from "../../context.js";
import { tellDamaged } from "../../damaged.js";
import { damagedJson } from "../../json/damaged.js";
import { suggest } from "../../render/runs/advice.js";
import { withSession } from "../../session.js";
import { say } from "../../terminal/shown.js";

interface Options {
  readonly note?: string;
  readonly report?: string;
}

export function addApprove(program: Command): void {
  withExamples(
    decides(
      program
        .command("approve")
        .summary("let a version that waits be the champion; or leave it")
        .description(
          "approve a version that retraining asks a person about (`model.promote: ask`): the alias is pointed at it, unless that was moved meanwhile",
        ),
      "approve",
    ),
    [
      ["thaw approve digits@3 --note 'better on night images'", "digits@champion is version 3 now"],
      ["thaw approve digits@3 --report DIGEST", "only if its report is still the one that you read"],
    ],
  );
}

export function addReject(program: Command): void {
  withExamples(
    decides(
      program
        .command("reject")
        .summary("leave a version that waits for a person")
        .description("reject a version that retraining asks a person about; the alias stays where it is"),
      "reject",
    ),
    [["thaw reject digits@3 --note 'confuses 3 and 5'", "nobody is asked about it any more"]],
  );
}

/** The version was approved, and the alias is not where it was when it was asked. */
const EXIT_OVERTAKEN = 1;

function decides(command: Command, verdict: Verdict["verdict"]): Command {
  return command
    .argument("<model>", "MODEL for its newest version, or MODEL@VERSION")
    .option("--note <text>", "why, for whoever reads the history")
    .option("--report <digest>", "of the report that you read: another one is refused")
    .action(async (ref: string, _options: object, self: Command) => {
      const { output, project, options } = contextOf<Options>(self);
      await withSession(project, async (session) => {
        const { decideOn } = await import("../../../client/models/approvals.js");
        const { note, report } = options;
        const decided = await decideOn(session, ref, {
          verdict,
          ...(note === undefined ? {} : { note }),
          ...(report === undefined ? {} : { report }),
        });
        const { decidedText } = await import("../../render/models/approvals.js");
        output.data(decided, decidedText);
        if (decided.outcome?.state === "overtaken") process.exitCode = EXIT_OVERTAKEN;
        const { model } = decided.request;
        suggest(output, [[`thaw models history ${model}`, "which version is in use, and who decided it"]]);
      });
    });
}

export function addApprovals(program: Command): void {
  const command = program
    .command("approvals")
    .summary("list the versions that wait for a person")
    .description("list the versions that wait for a person's word, with what speaks for them")
    .argument("[name]", "only of this model")
    .action(async (name: string | undefined, _options: object, self: Command) => {
      const { output, project } = contextOf<object>(self);
      await withSession(project, async (session) => {
        const { waitingApprovals } = await import("../../../client/models/approvals.js");
        const { approvals, damaged } = await waitingApprovals(session, name);
        const document = { approvals, ...damagedJson(damaged) };
        const { approvalsText } = await import("../../render/models/approvals.js");
        output.data(document, (shown, screen) => approvalsText(shown.approvals, screen));
        tellDamaged(output, damaged);
        if (approvals.length + damaged.length === 0) output.talk(say`Nothing waits for a person.`);
      });
    });
  withExamples(command, [
    ["thaw approvals", "what is asked, since when, until when, and the report to read"],
    ["thaw approvals --json | jq '.approvals[].request.reportDigest'", "for programs"],
  ]);
}
