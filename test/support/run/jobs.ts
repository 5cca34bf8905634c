/** What the lanes take: integration tests with those on Kubernetes, then unit tests; the longest first in each. */
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { runClusterTests } from "../../k8s/clusterTests.js";
import { expectedSeconds } from "./budgets.js";
import type { Job } from "./lanes.js";
import { type FilesRun, runFiles } from "./runFiles.js";
import { runOnOneStack } from "./runOnOneStack.js";
import { standsAlone } from "./standsAlone.js";

const MINUTE = 60_000;
/** Of one test, and of a file as a whole, in milliseconds: a busy machine is no reason to fail. */
const TIMEOUT = 20 * MINUTE;

const SHARES_A_STACK = /\bsharedStack\(\)/;

/** Test files that one job runs. */
interface Group {
  readonly files: readonly string[];
  readonly run: (files: readonly string[]) => Job;
}

/** Integration tests have a process each; those of a folder that can share their services do so, one after the other. */
export function integrationJobs(files: readonly string[], onCluster: readonly string[]): readonly Job[] {
  const shares = (file: string): boolean => SHARES_A_STACK.test(readFileSync(file, "utf8"));
  const groups = grouped(files, shares).map((group): Group => {
    const [file = ""] = group;
    return { files: group, run: shares(file) && group.length > 1 ? onOneStack : inOneProcess };
  });
  const cluster: readonly Group[] =
    onCluster.length === 0
      ? []
      : [{ files: onCluster, run: (own) => (ended) => runClusterTests(own, ended) }];
  return longestFirst([...groups, ...cluster]);
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

const onOneStack =
  (files: readonly string[]): Job =>
  (ended) =>
    runOnOneStack(files, TIMEOUT, ended);

/** Files of one folder that go together, and each of the others alone. */
function grouped(files: readonly string[], goesWithOthers: (file: string) => boolean): readonly string[][] {
  const groups = new Map<string, string[]>();
  for (const file of files) {
    const group = goesWithOthers(file) ? dirname(file) : file;
    groups.set(group, [...(groups.get(group) ?? []), file]);
  }
  return [...groups.values()];
}

function longestFirst(groups: readonly Group[]): readonly Job[] {
  const seconds = ({ files }: Group): number => files.reduce((sum, file) => sum + expectedSeconds(file), 0);
  return [...groups].sort((a, b) => seconds(b) - seconds(a)).map(({ files, run }) => run(files));
}
