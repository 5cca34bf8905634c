/** What the lanes take: integration tests with those on Kubernetes, then unit tests; the longest first in each. */
import { readFileSync } from "node:fs";
import { runClusterTests } from "../../k8s/clusterTests.js";
import { expectedSeconds } from "./budgets.js";
import type { Job } from "./lanes.js";
import { type FilesRun, runFiles } from "./runFiles.js";
import { runOnDisturbedStack, runOnOneStack, runOnServices } from "./runOnOneStack.js";
import { standsAlone } from "./standsAlone.js";

const MINUTE = 60_000;
/** Of one test, and of a file as a whole, in milliseconds: a busy machine is no reason to fail. */
const TIMEOUT = 20 * MINUTE;

/** What a file calls whose services others use as well, and what such files run on. */
const SHARED = [
  [/\bsharedStack\(\)/, runOnOneStack],
  [/\bdisturbedStack\(\)/, runOnDisturbedStack],
  [/\bshared(Services|Store)\(\)/, runOnServices],
] as const;

/**
 * What files on one stack take at most, by the budgets, in seconds: less than a lane has to do in all, so that the lanes end
 * together. To start services takes 2 s of a processor, with workers 8.
 */
const SECONDS_OF_A_STACK = 1000;

/** Test files that one job runs. */
interface Group {
  readonly files: readonly string[];
  readonly run: (files: readonly string[]) => Job;
}

/** Integration tests have a process each; those that can share their services do so, one after the other. */
export function integrationJobs(files: readonly string[], onCluster: readonly string[]): readonly Job[] {
  const sources = new Map(files.map((file) => [file, readFileSync(file, "utf8")]));
  const sharing = SHARED.map(([calls, runOn]) => ({
    runOn,
    files: files.filter((file) => calls.test(sources.get(file) ?? "")),
  }));
  const together = sharing.flatMap(({ files: own, runOn }) =>
    filledUp(own, SECONDS_OF_A_STACK).map(
      (group): Group => ({ files: group, run: group.length > 1 ? onShared(runOn) : inOneProcess }),
    ),
  );
  const shared = new Set(sharing.flatMap(({ files: own }) => own));
  const alone = files
    .filter((file) => !shared.has(file))
    .map((file) => ({ files: [file], run: inOneProcess }));
  const cluster: readonly Group[] =
    onCluster.length === 0
      ? []
      : [{ files: onCluster, run: (own) => (ended) => runClusterTests(own, ended) }];
  return longestFirst([...together, ...alone, ...cluster]);
}

/**
 * What one process of unit tests takes on, by the budgets, in seconds. To start one and load TensorFlow, zod and the Temporal
 * client takes a second of a processor, more than most files; but the last process should not run alone for long.
 */
const SECONDS_OF_A_PROCESS = 40;

/** Neighbours by their paths share a process: they load the same modules. Each that changes its process is alone. */
export function unitJobs(files: readonly string[]): readonly Job[] {
  const sources = new Map(files.map((file) => [file, readFileSync(file, "utf8")]));
  const alone = files.filter((file) => standsAlone(sources.get(file) ?? ""));
  const together = filledUp(
    files.filter((file) => !alone.includes(file)),
    SECONDS_OF_A_PROCESS,
  );
  return longestFirst(
    [...together, ...alone.map((file) => [file])].map((files) => ({ files, run: inOneProcess })),
  );
}

/** Files in their order, as many a group as are expected to take `most` seconds; one that takes longer is a group. */
export function filledUp(files: readonly string[], most: number): readonly string[][] {
  const groups: string[][] = [];
  let seconds = Number.POSITIVE_INFINITY;
  for (const file of files) {
    seconds += expectedSeconds(file);
    if (seconds > most) {
      groups.push([]);
      seconds = expectedSeconds(file);
    }
    groups.at(-1)?.push(file);
  }
  return groups;
}

const inOneProcess =
  (files: readonly string[]): Job =>
  async (ended) =>
    ended(await runFiles(files, TIMEOUT));

/** With services of their own, whatever they share otherwise. */
export const integrationFilesAlone = (files: readonly string[]): Promise<FilesRun> =>
  runFiles(files, TIMEOUT);

const onShared =
  (runOn: typeof runOnOneStack) =>
  (files: readonly string[]): Job =>
  (ended) =>
    runOn(files, TIMEOUT, ended);

function longestFirst(groups: readonly Group[]): readonly Job[] {
  const seconds = ({ files }: Group): number => files.reduce((sum, file) => sum + expectedSeconds(file), 0);
  return [...groups].sort((a, b) => seconds(b) - seconds(a)).map(({ files, run }) => run(files));
}
