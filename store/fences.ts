/** Fences: each attempt at a stage takes the next number, so that an older one which wakes up late knows that it is one. */
import { z } from "zod";
import type { Store } from "./connection.js";
import { getJson, listNames, putJsonOnce } from "./json.js";

/** Who takes a number. */
export interface Claimant {
  readonly run: string;
  /** Number of the attempt, from 1. */
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

const claimSchema = z.object({ run: z.string() });
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

/** Takes the next number by a conditional put: no two attempts ever have the same. */
export async function claimFence(store: Store, stageKey: string, claimant: Claimant): Promise<Fence> {
  const last = Math.max(0, ...(await numbersOf(store, stageKey)));
  for (let number = last + 1; ; number++) {
    const claim = { ...claimant, at: new Date().toISOString() };
    if (await putJsonOnce(store, nameOf(stageKey, number), claim))
      return { stageKey, run: claimant.run, number };
  }
}

/**
 * Whether a later attempt of the same run has begun. Attempts of other runs at the same stage do the same work for
 * themselves; which of them commits is decided by the conditional put of the artifact's manifest.
 */
export async function isFenced(store: Store, { stageKey, run, number }: Fence): Promise<boolean> {
  const later = (await numbersOf(store, stageKey)).filter((other) => other > number);
  for (const other of later) {
    const claim = claimSchema.safeParse(await getJson(store, nameOf(stageKey, other)));
    if (claim.success && claim.data.run === run) return true;
  }
  return false;
}
