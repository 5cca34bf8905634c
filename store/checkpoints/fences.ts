/** Fences: each attempt at a stage takes the next number, so that an older one which wakes up late knows that it is one. */
import { ThawError } from "../../spec/errors.js";
import { type Claim, claimSchema } from "../../spec/schemas/store/checkpoint.js";
import type { Store } from "../connection/connection.js";
import { listNames } from "../json.js";
import { readLosable, writeRecordOnce } from "../record.js";

/** Who takes a number. */
export interface Claimant {
  readonly run: string;
  /** The activity whose attempt it is: when the server scheduled its first one. A run that was paused has another. */
  readonly activity: number;
  /** Number of the attempt at the activity, from 1. */
  readonly attempt: number;
  /** Identity of the worker. */
  readonly worker: string;
}

export interface Fence {
  readonly stageKey: string;
  readonly run: string;
  /** From 1, over all runs that came to this stage. */
  readonly number: number;
}

const DIGITS = 6;

/** Numbers as parts of names, so that names sort as numbers do. */
export function padded(number: number): string {
  return String(number).padStart(DIGITS, "0");
}

/** Under it lie the claims: `STAGEKEY/N.json`. */
export const FENCES_PREFIX = "fences/";
const prefixOf = (stageKey: string): string => `${FENCES_PREFIX}${stageKey}/`;
const nameOf = (stageKey: string, number: number): string => `${prefixOf(stageKey)}${padded(number)}.json`;

async function numbersOf(store: Store, stageKey: string): Promise<number[]> {
  const names = await listNames(store, prefixOf(stageKey));
  return names.map((name) => Number.parseInt(name.slice(prefixOf(stageKey).length), 10));
}

async function claimOf(store: Store, stageKey: string, number: number): Promise<Claim | undefined> {
  return readLosable(store, nameOf(stageKey, number), claimSchema);
}

/**
 * Takes the next number by a conditional put: no two attempts ever have the same. An attempt that was stopped before
 * it came here may be late already: then it takes none, or it would fence the one that has taken its place.
 * @throws ThawError FENCED when a later attempt of the same run has a number
 */
export async function claimFence(store: Store, stageKey: string, claimant: Claimant): Promise<Fence> {
  const numbers = await numbersOf(store, stageKey);
  for (const number of numbers) {
    if (isLater(await claimOf(store, stageKey, number), claimant)) throw fenced(number);
  }
  for (let number = Math.max(0, ...numbers) + 1; ; number++) {
    const claim = { ...claimant, at: new Date().toISOString() };
    if ((await writeRecordOnce(store, nameOf(stageKey, number), claim)) !== undefined)
      return { stageKey, run: claimant.run, number };
    // Somebody was faster, who may be a later attempt.
    if (isLater(await claimOf(store, stageKey, number), claimant)) throw fenced(number);
  }
}

/** Attempts of two activities are not compared: their numbers say nothing, and clocks may be set back. */
function isLater(claim: Claim | undefined, { run, activity, attempt }: Claimant): boolean {
  return claim?.run === run && claim.activity === activity && claim.attempt > attempt;
}

function fenced(by: number): ThawError {
  return new ThawError(
    "FENCED",
    `the attempt at the stage came late: number ${by} is of one that began after it`,
  );
}

/**
 * Whether a later attempt of the same run has begun. Attempts of other runs at the same stage do the same work for
 * themselves; which of them commits is decided by the conditional put of the artifact's manifest.
 */
export async function isFenced(store: Store, { stageKey, run, number }: Fence): Promise<boolean> {
  const later = (await numbersOf(store, stageKey)).filter((other) => other > number);
  for (const other of later) if ((await claimOf(store, stageKey, other))?.run === run) return true;
  return false;
}
