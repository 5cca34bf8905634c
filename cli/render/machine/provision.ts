/** A component on its way into the cache, as a line with its share and the time that is left. */
import type { ProvisionProgress } from "../../../runtime/components/components.js";
import type { Screen } from "../../output.js";
import { roughDuration } from "../numbers.js";
import { progressBar } from "../progressBar.js";
import { padEnd, padStart, truncate } from "../text.js";

export interface Provision {
  readonly component: string;
  readonly phase: ProvisionProgress["phase"];
  readonly fraction: number | undefined;
  readonly detail: string | undefined;
  /** When the phase began, and which share was done then: the rate is counted from there. */
  readonly since: number;
  readonly sinceFraction: number;
}

/** The longest name is `base-weights:efficientnet-lite0`. */
const NAME_WIDTH = 31;
const PHASE_WIDTH = 11;
const BAR_WIDTH = 10;
/** A rate means little before. */
const RATE_SECONDS = 1;

/** @param now milliseconds, like `Date.now()` */
export function nextProvision(
  last: Provision | undefined,
  { component, phase, fraction, detail }: ProvisionProgress,
  now: number,
): Provision {
  const isSamePhase = last?.phase === phase;
  return {
    component,
    phase,
    fraction,
    detail,
    since: isSamePhase ? last.since : now,
    sinceFraction: isSamePhase ? last.sinceFraction : (fraction ?? 0),
  };
}

export function provisionLine(state: Provision, now: number, { colours, width }: Screen): string {
  const { component, phase, fraction, detail = "" } = state;
  const mark = phase === "ready" ? colours.green("✓") : colours.cyan("▸");
  const left = `${mark} ${padEnd(component, NAME_WIDTH)}  ${padEnd(phase, PHASE_WIDTH)}`;
  if (phase === "ready" || fraction === undefined) return truncate(`${left}  ${detail}`.trimEnd(), width);
  const share = padStart(`${Math.floor(100 * fraction)} %`, 5);
  const eta = secondsLeft(state, now);
  const right = eta === undefined ? detail : `ETA ${roughDuration(eta)}`;
  return truncate(
    `${left}  ${progressBar(fraction, BAR_WIDTH, colours)} ${share}  ${right}`.trimEnd(),
    width,
  );
}

function secondsLeft({ fraction = 0, since, sinceFraction }: Provision, now: number): number | undefined {
  const seconds = (now - since) / 1000;
  const done = fraction - sinceFraction;
  if (seconds < RATE_SECONDS || done <= 0 || fraction >= 1) return undefined;
  return ((1 - fraction) * seconds) / done;
}
