/** The stages of a run as its views show them: what was seen of each, and of the others where the walk has them. */
import type { StageStatus } from "../run.js";
import type { Standing, Step } from "./walk.js";

/** @param seen by stage name; stages that the walk does not know, of another version of thaw, come last */
export function stageStatuses(
  steps: readonly Step[],
  seen: ReadonlyMap<string, StageStatus>,
): readonly StageStatus[] {
  const known = new Set(steps.map(({ stage }) => stage.name));
  return [
    ...steps.map(({ stage: { name }, standing }) => seen.get(name) ?? { name, ...unseen(standing) }),
    ...[...seen.values()].filter(({ name }) => !known.has(name)),
  ];
}

function unseen(standing: Standing): Omit<StageStatus, "name"> {
  if (standing.state === "skipped" || standing.state === "not-run")
    return { state: standing.state, note: standing.why };
  return { state: "waiting" };
}
