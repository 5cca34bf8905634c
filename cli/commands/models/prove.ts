/** `thaw prove`: may this version take the place of the one in use? */
import { type Command, Option } from "commander";
import { contextOf, withExamples } from "../../context.js";
import { proofJson } from "../../json/models/proof.js";
import { decimalNumber } from "../../options/numbers.js";
import { suggest } from "../../render/runs/advice.js";
import { tellDoubts } from "./doubts.js";
import { proveHere } from "./proving.js";

const MARGIN = decimalNumber("a share from 0 to below 1, for example 0.01", (share) => share < 1);

interface Options {
  readonly against?: string;
  readonly rule?: "better" | "not-worse";
  readonly margin?: number;
}

/** As `model.rule` of a run file. */
export function ruleOption(): Option {
  return new Option("--rule <rule>", "what has to be proven").choices(["better", "not-worse"]);
}

export function addProve(program: Command): void {
  const command = program
    .command("prove")
    .summary("hold a version against the champion: is it better?")
    .description(
      "hold a version of a model against the one in use, on the images that neither was trained on, class by class; each look at them is counted",
    )
    .argument("<model>", "MODEL for its newest version, MODEL@VERSION, or a run that ended well")
    .option("--against <which>", "a version or another alias, instead of champion")
    .addOption(ruleOption())
    .option("--margin <share>", "accuracy that a version which is not worse may lack, e.g. 0.01", MARGIN)
    .action(async (ref: string, _options: object, self: Command) => {
      const { output, project, options } = contextOf<Options>(self);
      const { proofText } = await import("../../render/models/proof.js");
      const { against, rule, margin: lack } = options;
      const proven = await proveHere(project, output, ref, {
        ...(against === undefined ? {} : { against }),
        ...(rule === undefined ? {} : { rule }),
        ...(lack === undefined ? {} : { margin: lack }),
      });
      const proof = proofJson(proven);
      output.data(proof, proofText);
      await tellDoubts(output, proof);
      const version = `${proof.model}@${proof.challengerVersion}`;
      suggest(output, [
        [`thaw compare ${proof.model}@${proof.championVersion} ${version}`, "all their figures"],
        ...(proof.promotable ? [[`thaw promote ${version}`, "make it the champion"] as const] : []),
      ]);
    });
  withExamples(command, [
    ["thaw prove digits", "the newest version against digits@champion"],
    ["thaw prove digits@4 --against 2 --rule not-worse", "is version 4 no worse than version 2?"],
    ["thaw prove digits --json | jq .promotable", "for programs"],
  ]);
}
