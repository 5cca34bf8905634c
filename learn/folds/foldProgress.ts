/** The progress of a fold, made of that of its parts: head, then stages of unfreezing. */
import type { Progress } from "../../spec/records/training.js";

/**
 * @param part the part that runs, from 0; the head is the first
 * @param parts how many there are
 * @param seconds that the part has taken so far
 * @returns with the fold's own time to go: a later stage takes about as long as the one that runs. Of the head, which
 *   is trained in no time, nothing follows for them.
 */
export function foldProgress(
  { etaSeconds, ...progress }: Progress,
  name: string,
  { part, parts, seconds }: { readonly part: number; readonly parts: number; readonly seconds: number },
): Progress {
  const phased = { ...progress, phase: `${name}, ${progress.phase}` };
  const later = parts - 1 - part;
  if (etaSeconds === undefined || (part === 0 && later > 0)) return phased;
  return { ...phased, etaSeconds: Math.round(etaSeconds + later * (seconds + etaSeconds)) };
}
