/** Which commands come next after a look at a model's images. */
import type { Tick } from "../../../spec/retraining/retraining.js";

/** @returns commands, each with what it does; only such as have something to show */
export function afterLook({
  model,
  runId,
  verdict,
  version,
  look,
}: Pick<Tick, "model" | "runId" | "verdict" | "version" | "look">): readonly (readonly [string, string])[] {
  const isWhole = verdict !== "failed" && verdict !== "cancelled";
  const hasVersions = version !== undefined || look?.version !== undefined;
  return [
    ...(runId === undefined
      ? []
      : isWhole || version !== undefined
        ? [[`thaw report ${runId} --open`, "what it learned"] as const]
        : [[`thaw explain ${runId}`, "why, and what to do"] as const]),
    ...(hasVersions
      ? [[`thaw models history ${model}`, "which version is in use, and since when"] as const]
      : []),
  ];
}
