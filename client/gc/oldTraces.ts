/** What runs leave behind beside artifacts and logs: checkpoints, claims on stages, commands, redirects. */

import { REDIRECTS_PREFIX } from "../../store/artifacts/redirects.js";
import { CHECKPOINTS_PREFIX } from "../../store/checkpoints/checkpoints.js";
import { FENCES_PREFIX } from "../../store/checkpoints/fences.js";
import type { StoredObject } from "../../store/inventory.js";
import { CONTROL_PREFIX } from "../../store/records/control.js";
import type { Roots } from "./roots.js";

/** Where they lie. */
export const TRACE_PREFIXES = [CHECKPOINTS_PREFIX, FENCES_PREFIX, CONTROL_PREFIX, REDIRECTS_PREFIX] as const;

/**
 * A stage's claims go with its last checkpoint, not before: their numbers order the checkpoints.
 * @param traces all objects under {@link TRACE_PREFIXES}
 * @param before what was written to after it stays
 */
export function findOldTraces(
  traces: readonly StoredObject[],
  { runs }: Pick<Roots, "runs">,
  before: Date,
): readonly StoredObject[] {
  const isOld = ({ modified }: StoredObject): boolean => modified < before;
  const ofKind = (prefix: string): readonly StoredObject[] =>
    traces.filter(({ name }) => name.startsWith(prefix));
  const part = ({ name }: StoredObject, index: number): string => name.split("/")[index] ?? "";
  const checkpoints = ofKind(CHECKPOINTS_PREFIX);
  const oldCheckpoints = checkpoints.filter((trace) => isOld(trace) && !runs.has(part(trace, 2)));
  const gone = new Set(oldCheckpoints);
  const inUse = new Set(checkpoints.filter((trace) => !gone.has(trace)).map((trace) => part(trace, 1)));
  return [
    ...oldCheckpoints,
    ...ofKind(FENCES_PREFIX).filter((trace) => isOld(trace) && !inUse.has(part(trace, 1))),
    ...ofKind(CONTROL_PREFIX).filter(
      (trace) => isOld(trace) && !runs.has(part(trace, 1).replace(/\.json$/, "")),
    ),
    ...ofKind(REDIRECTS_PREFIX).filter((trace) => isOld(trace) && !runs.has(part(trace, 1))),
  ];
}
