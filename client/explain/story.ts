/** What a run has decided on its way: the recipe's choice, what the gate rolled back, what was left out and why. */
import type { LiveStage } from "../../spec/pipeline/run.js";
import type { RunControl } from "../../spec/steering/steering.js";
import { commandText } from "../../spec/steering/words.js";
import { asClause, listText } from "./words.js";

const OVER: ReadonlySet<string> = new Set(["done", "cached"]);

export function choicesMade(stages: readonly LiveStage[]): readonly string[] {
  const recipe = stages.find(({ name, state }) => name === "recipe" && OVER.has(state))?.note;
  const base = stages.find(({ name, state }) => name === "base" && OVER.has(state))?.note;
  return [
    ...(base === undefined ? [] : [`Between the bases: ${asClause(base)}.`]),
    ...(recipe === undefined ? [] : [`The recipe decided: ${asClause(recipe)}.`]),
    ...leftOut(stages),
    ...stages
      .filter(({ state }) => state === "rolled-back")
      .map(
        ({ name, note }) =>
          `The gate did not keep ${name}${note === undefined ? "" : `: ${asClause(note)}`}.`,
      ),
  ];
}

/** Stages with the same reason are named together. */
function leftOut(stages: readonly LiveStage[]): readonly string[] {
  const byReason = new Map<string, string[]>();
  for (const { name, state, note = "" } of stages) {
    if (state === "skipped") byReason.set(note, [...(byReason.get(note) ?? []), name]);
  }
  return [...byReason].map(([reason, names]) => {
    const verb = names.length === 1 ? "was" : "were";
    return `${listText(names)} ${verb} left out${reason === "" ? "" : `: ${asClause(reason)}`}.`;
  });
}

/** What people have told the run to change; pauses show where they hold it, and are over where they do not. */
export function commandsGiven(control: RunControl | undefined): readonly string[] {
  return (control?.commands ?? [])
    .filter(({ command }) => command.kind === "set" || command.kind === "finish")
    .map((record) => `${record.by} told it: ${commandText(record)}.`);
}
