/** What `npm run chaos` is asked for. */
import { parseArgs } from "node:util";
import { ThawError } from "../../spec/errors.js";

const PARTS = ["runs", "months"] as const;
type Part = (typeof PARTS)[number];

export interface ChaosOptions {
  readonly parts: readonly Part[];
  /** Of runs. */
  readonly kills: number;
  /** Of each month. */
  readonly nights: number;
  readonly seed: number;
  /** Folder of images for the runs; drawn ones without it. */
  readonly data?: string | undefined;
}

export const HELP = `Usage: npm run chaos -- [OPTIONS]

Kills and disturbs what thaw does at moments that are drawn from a seed, and
checks that nothing is lost. Exit code 1 when a promise is broken.

  runs    small real runs: engine, workers and servers are killed, connections
          broken, workers stopped and let go on, in every phase of every stage;
          each is held against an undisturbed run, digest by digest
  months  a model that is looked at every night by two machines, once with
          promotion by itself and once with people who approve: machines are
          killed while they look, register, prove, ask, promote, record

Options:
  --only runs|months  one of the two (default: both, runs first)
  --kills N           kills in runs (default: 200, an hour)
  --nights N          nights of each month (default: 30, with 20 kills)
  --seed N            what happens when (default: 1)
  --data FOLDER       images for the runs (default: drawn ones)
  --json              the result as JSON
  --no-color          no colours
  --help              this text`;

const OPTIONS = {
  only: { type: "string" },
  kills: { type: "string", default: "200" },
  nights: { type: "string", default: "30" },
  seed: { type: "string", default: "1" },
  data: { type: "string" },
  json: { type: "boolean" },
  "no-color": { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** @returns undefined where help is asked for. @throws ThawError USAGE */
export function chaosOptions(args: readonly string[]): ChaosOptions | undefined {
  const { only, kills, nights, seed, data, help } = parsed(args);
  if (help === true) return undefined;
  const part = PARTS.find((one) => one === only);
  if (only !== undefined && part === undefined)
    throw wrong(`--only takes ${PARTS.join(" or ")}, not ${only}`);
  return {
    parts: part === undefined ? PARTS : [part],
    kills: wholeNumber("kills", kills),
    nights: wholeNumber("nights", nights),
    seed: wholeNumber("seed", seed),
    data,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw wrong((error as Error).message);
  }
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw wrong(`--${name} takes a whole number, not ${text}`);
}

const wrong = (sentence: string): ThawError =>
  new ThawError("USAGE", sentence, { hint: "`npm run chaos -- --help` lists the options" });
