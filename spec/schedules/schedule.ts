/** Schedules of retraining: what the store keeps of one, which is the truth, and what Temporal makes of it. */
import type { RetrainInput } from "../retraining/retraining.js";

/** What becomes of a look whose time comes while the one before still goes on. */
export const OVERLAPS = ["skip", "buffer-one", "buffer-all", "cancel-other", "allow-all"] as const;
export type Overlap = (typeof OVERLAPS)[number];

/** When to look: `crons` or `every`. */
export interface ScheduleTimes {
  /** As they were written; empty with `every`. */
  readonly crons: readonly string[];
  /** Seconds from one look to the next, counted from 1970-01-01T00:00Z. */
  readonly every?: number;
  /** IANA name of the zone that `crons` and `skip` are read in. */
  readonly timezone: string;
  /** Each look is put off by a chance time of up to so many seconds. */
  readonly jitter: number;
  /** Cron expressions of the minutes in which no look begins. */
  readonly skip: readonly string[];
}

export interface SchedulePolicies {
  readonly overlap: Overlap;
  /** Seconds by which a look may be late, because the server was away or the one before went on; after that it is left out. */
  readonly catchup: number;
  /** So many failed looks in a row pause the schedule; never when left out. */
  readonly pauseAfter?: number;
}

/** `schedules/ID.json`. */
export interface ScheduleRecord extends SchedulePolicies {
  readonly id: string;
  readonly model: string;
  readonly times: ScheduleTimes;
  readonly note?: string;
  /** What each look is started with. */
  readonly input: RetrainInput;
  /** ISO 8601; when it was written, and by whom, as they said themselves. */
  readonly at: string;
  readonly by: string;
  /** ISO 8601: since when `times` hold. */
  readonly since: string;
  /** Digest of what the server said that it has, right after it was told: another one now means that somebody changed it there. */
  readonly applied: string;
}

/** A pause or its end, `schedules/ID/switches/TIME.json`: only ever added. */
export interface ScheduleSwitch {
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  readonly paused: boolean;
  readonly by: string;
  readonly note?: string;
}

/** Server's least and default (a year, or a minute: its documents differ) are not relied on: it is always set. */
export const LEAST_CATCHUP = 10;
export const DEFAULT_CATCHUP = 3600;
/**
 * What waits for the look before it is dropped after the catch-up window, and training takes hours: a window below this would
 * drop silently what buffering was asked to keep.
 */
export const LEAST_BUFFERED_CATCHUP = 6 * 3600;

/** Time between two looks; the server allows a second, which no look can keep up with. */
export const LEAST_EVERY = 60;

export const scheduleIdOf = (model: string): string => `thaw-${model}`;

/** Part of keys in the bucket and of workflows' ids. */
export const SCHEDULE_ID = /^[a-z0-9]([a-z0-9-]{0,58}[a-z0-9])?$/;
