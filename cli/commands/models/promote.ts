/** `thaw promote` and `thaw rollback`: which version of a model is the one in use. */
import { type Command, InvalidArgumentError } from "commander";
import type { MovedAlias } from "../../../client/models/aliases.js";
import type { AskedPolicy } from "../../../client/models/prove.js";
import { ThawError } from "../../../spec/errors.js";
import { type ModelProof, proofInFull } from "../../../spec/records/proof.js";
import { doubtsText } from "../../../spec/warnings/doubts.js";
import { contextOf, withExamples } from "../../context.js";
import { movedAliasJson } from "../../json/models.js";
import { refuseAlone } from "../../options/checks.js";
import type { Output } from "../../output.js";
import { suggest } from "../../render/runs/advice.js";
import { openProjectStore } from "../../session.js";
import { say } from "../../terminal/shown.js";
import { tellDoubts } from "./doubts.js";
import { ruleOption } from "./prove.js";
import { proveHere } from "./proving.js";
import { tellOthers } from "./tellOthers.js";

interface Options {
  readonly alias?: string;
  readonly note?: string;
}

const ALIAS = ["--alias <name>", "instead of champion"] as const;
const NOTE = ["--note <text>", "why, for whoever reads the history"] as const;

export function addPromote(program: Command): void {
  const command = program
    .command("promote")
    .summary("make a version of a model the champion; take that back")
    .description(
      "point the alias `champion` of a model, or another one, at a version, and write down who did and why",
    )
    .argument("<model>", "MODEL for its newest version, MODEL@VERSION, or a run that ended well")
    .option(...ALIAS)
    .option(...NOTE)
    .option("--if-proven", "only where `thaw prove` finds that it may take the place")
    .addOption(ruleOption())
    .action(async (ref: string, _options: object, self: Command) => {
      const { output, project, options } = contextOf<ProofOptions>(self);
      if (options.ifProven !== true) refuseAlone(self, ["--rule"], "--if-proven");
      const [store, { promote }] = await Promise.all([
        openProjectStore(project),
        import("../../../client/models/aliases.js"),
      ]);
      const { alias, note } = options;
      const proof = options.ifProven === true ? await requireProof(project, output, ref, options) : undefined;
      const why = { ...(note === undefined ? {} : { note }), ...(proof === undefined ? {} : { proof }) };
      const moved = await promote(store, ref, alias, why);
      await tell(output, moved);
      if (proof !== undefined) output.talk(say`${proofInFull(proof)}`);
      await tellOthers(project, output, moved);
    });
  withExamples(command, [
    [
      "thaw promote digits@3 --note 'better on night images'",
      "`digits@champion` means version 3 from now on",
    ],
    ["thaw promote digits --if-proven", "exit code 1 where it is not better than the champion"],
    ["thaw promote digits --alias canary", "the newest version, under another alias"],
  ]);
}

interface ProofOptions extends Options {
  readonly ifProven?: boolean;
  readonly rule?: AskedPolicy["rule"];
}

/** @throws ThawError NOT_PROVEN */
async function requireProof(
  project: string | undefined,
  output: Output,
  ref: string,
  { alias, rule }: ProofOptions,
): Promise<ModelProof> {
  const { proof, warnings } = await proveHere(project, output, ref, {
    ...(alias === undefined ? {} : { against: alias }),
    ...(rule === undefined ? {} : { rule }),
  });
  if (proof.promotable && warnings === undefined) return proof;
  const { model, challengerVersion, championVersion, sentence, vetoes } = proof;
  throw new ThawError(
    "NOT_PROVEN",
    `${model}@${challengerVersion} was not promoted over version ${championVersion}: ${[sentence, ...vetoes].join("; ")}${doubtsText(warnings ?? [])}`,
    { hint: `promote it all the same: \`thaw promote ${model}@${challengerVersion} --note WHY\`` },
  );
}

export function addRollback(program: Command): void {
  const command = program
    .command("rollback")
    .summary("make the version before the champion again")
    .description(
      "point the alias `champion` of a model, or another one, back at the version that it meant before; nothing is removed",
    )
    .argument("<name>", "a model")
    .option("--to <version>", "that version instead of the one before", versionNumber)
    .option(...ALIAS)
    .option(...NOTE)
    .action(async (name: string, _options: object, self: Command) => {
      const { output, project, options } = contextOf<Options & { to?: number }>(self);
      const { rollback } = await import("../../../client/models/aliases.js");
      const moved = await rollback(await openProjectStore(project), name, options);
      await tell(output, moved);
      await tellOthers(project, output, moved);
    });
  withExamples(command, [
    ["thaw rollback digits --note 'confuses 3 and 5'", "back to the version before"],
    ["thaw rollback digits --to 1", "back to version 1"],
  ]);
}

async function tell(output: Output, moved: MovedAlias): Promise<void> {
  const { model, decision, added } = moved;
  output.data(
    movedAliasJson(moved),
    (shown) => `${shown.model}@${shown.alias} is version ${shown.decision.version}`,
  );
  await tellDoubts(output, moved);
  if (!added) output.talk(say`It was that already.`);
  else if (decision.before !== null) output.talk(say`It was version ${decision.before} before.`);
  suggest(output, [
    [`thaw models history ${model}`, "what it meant before, and who decided it"],
    ...(added && decision.before !== null ? [[`thaw rollback ${model}`, "back again"] as const] : []),
  ]);
}

function versionNumber(text: string): number {
  const digits = /^v?([1-9]\d*)$/.exec(text)?.[1];
  if (digits === undefined) throw new InvalidArgumentError("It must be a version's number, for example 2.");
  return Number(digits);
}
