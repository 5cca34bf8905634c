/** A line of a run's log, as it lies in the store. */
import { z } from "zod";
import { LOG_LEVELS, type LogLevel } from "./logLevels.js";

/** What a line says besides its message: small values for programs. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface LogLine extends LogFields {
  /** ISO 8601, UTC, by the worker's clock. */
  readonly time: string;
  readonly level: LogLevel;
  readonly stage: string;
  /** Temporal's attempt at the stage, from 1. */
  readonly attempt: number;
  /** For people: says it all, without the fields. */
  readonly message: string;
}

/** A line read back; fields that a newer worker adds are kept. */
export const logLineSchema: z.ZodType<LogLine> = z.looseObject({
  time: z.string(),
  level: z.enum(LOG_LEVELS),
  stage: z.string(),
  attempt: z.int(),
  message: z.string(),
});

/** Whether `level` is as serious as `least`, or more so. */
export function isAtLeast(level: LogLevel, least: LogLevel): boolean {
  return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(least);
}
