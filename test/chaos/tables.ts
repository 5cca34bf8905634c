/** What a campaign found, as tables. */
import type { Screen } from "../../cli/output.js";
import { table } from "../../cli/render/table.js";
import type { DisturbedRun } from "./campaign.js";
import { type Happened, killsOf } from "./disturbedRun.js";
import { isKill, KINDS, type Kind } from "./plan.js";

export interface Summary {
  readonly runs: number;
  readonly kills: number;
  /** Faults of the network. */
  readonly faults: number;
  readonly seconds: number;
  readonly stages: number;
  readonly lostStages: number;
  readonly artifacts: number;
  readonly digestsEqual: number;
  readonly wastedSteps: number;
  readonly mostWasted: number;
  readonly mostWastedSeconds: number;
  /** Most of all warned workers. */
  readonly mostWastedWarned: number;
  readonly broken: readonly string[];
}

const isWarned = (kind: Kind): boolean => kind === "SIGTERM training worker";

export function summarize(runs: readonly DisturbedRun[], seconds: number): Summary {
  const happened = runs.flatMap((run) => run.happened);
  const wasted = runs.flatMap((run) => run.wasted);
  const sum = (of: (run: DisturbedRun) => number): number => runs.reduce((all, run) => all + of(run), 0);
  const most = (some: typeof wasted): number => Math.max(0, ...some.map(({ steps }) => steps));
  return {
    runs: runs.length,
    kills: killsOf(happened),
    faults: happened.length - killsOf(happened),
    seconds,
    stages: sum(({ stages }) => stages),
    lostStages: sum(({ lostStages }) => lostStages),
    artifacts: sum(({ artifacts }) => artifacts),
    digestsEqual: sum(({ digestsEqual }) => digestsEqual),
    wastedSteps: wasted.reduce((all, { steps }) => all + steps, 0),
    mostWasted: most(wasted),
    mostWastedSeconds: Math.max(0, ...wasted.map(({ seconds }) => seconds)),
    mostWastedWarned: most(wasted.filter(({ happened: { kind } }) => isWarned(kind))),
    broken: runs.flatMap(({ runId, broken }) => broken.map((sentence) => `${runId}: ${sentence}`)),
  };
}

/** @returns what was done by kind and stage, then what became of it */
export function tablesOf(runs: readonly DisturbedRun[], summary: Summary, screen: Screen): string {
  const happened = runs.flatMap((run) => run.happened);
  const held = new Set(runs.filter(({ broken }) => broken.length === 0).map(({ runId }) => runId));
  const stages = [...new Set(happened.map(({ stage }) => stage))];
  const count = (some: readonly Happened[]): string => (some.length === 0 ? "" : String(some.length));
  const row = (title: string, some: readonly Happened[]): string[] => [
    title,
    ...stages.map((stage) => count(some.filter((one) => one.stage === stage))),
    String(some.length),
    String(some.filter(({ runId }) => held.has(runId)).length),
  ];
  const rows = KINDS.map((kind) =>
    row(
      kind,
      happened.filter((one) => one.kind === kind),
    ),
  );
  const phases = [...new Set(happened.map(phaseOf))].sort();
  const minutes = (summary.seconds / 60).toFixed(1);
  const { kills, faults, lostStages, artifacts, digestsEqual, wastedSteps, mostWasted } = summary;
  return [
    table(
      ["", ...stages, "all", "survived"],
      [...rows, row("all", happened)],
      screen,
      [...stages, "", ""].map((_, index) => index + 1),
    ),
    "",
    table(
      ["moment", "kills", "network faults"],
      phases.map((phase) => {
        const some = happened.filter((one) => phaseOf(one) === phase);
        return [
          phase,
          count(some.filter(({ kind }) => isKill(kind))),
          count(some.filter(({ kind }) => !isKill(kind))),
        ];
      }),
      screen,
      [1, 2],
    ),
    "",
    `${kills} kills and ${faults} network faults in ${summary.runs} runs, ${minutes} minutes`,
    `${lostStages} stages lost of ${summary.stages}; ${artifacts} artifacts committed`,
    `${digestsEqual} files with the digest of the undisturbed run`,
    `${wastedSteps} steps computed again, ${mostWasted} (${summary.mostWastedSeconds.toFixed(1)} s) at most by one kill, ${summary.mostWastedWarned} by one with a warning`,
    ...(summary.broken.length === 0 ? ["every promise held"] : ["", "broken:", ...summary.broken]),
  ].join("\n");
}

function phaseOf({ moment }: Happened): string {
  return moment.by === "time" ? "any time" : `${moment.place} ${moment.phase}`;
}
