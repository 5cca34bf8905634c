/** How deep a retraining trains: by what the look found, and by drift, where that was told. */
import type { DriftInBrief } from "../../spec/records/drift.js";
import { asksForDepth, atDepth, decideDepth, decisionOf, depthText } from "../../spec/retraining/depth.js";
import type { Look, RetrainInput, Tick } from "../../spec/retraining/retraining.js";

interface Telling {
  readonly say: (step: string) => void;
  readonly note: (more: Pick<Tick, "depth">) => void;
}

/** The input with the run that trains as deep as was decided; as it is, and nothing said, where the run file asks for a full training. */
export function atItsDepth(
  input: RetrainInput,
  { reasons, champion }: Look,
  drift: DriftInBrief | undefined,
  { say, note }: Telling,
): RetrainInput {
  const { run } = input;
  const { model: policy } = run.file;
  if (!asksForDepth(policy)) return input;
  const depth = decideDepth({
    ...{ asked: policy.depth, reasons },
    ...(champion === undefined ? {} : { facts: champion.facts }),
    ...(drift?.verdict === undefined ? {} : { drift: drift.verdict }),
  });
  note({ depth: decisionOf(depth) });
  say(depthText(depth));
  return { ...input, run: atDepth(run, depth, champion?.start) };
}
