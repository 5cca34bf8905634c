/** What the lanes take: integration tests with those on Kubernetes, then unit tests; the longest first in each. */
import { readFileSync } from "node:fs";
import { runClusterTests } from "../../k8s/clusterTests.js";
import { expectedSeconds } from "./budgets.js";
import type { Job } from "./lanes.js";
import { type FileRun, runFiles } from "./runFiles.js";
import { runOnDisturbedStack, runOnOneStack, runOnServices } from "./runOnOneStack.js";
import { standsAlone } from "./standsAlone.js";
import { nameOf } from "./testName.js";

const MINUTE = 60_000;
/** Of a file, in milliseconds: a busy machine is no reason to fail. */
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

/** Folders whose files start no services, but many load TensorFlow and the networks: 2 s of a processor for each process. */
const WITHOUT_SERVICES = /^integration\/(engine|families|images|learning|networks)\//;
/** What a process of such files takes on, by the budgets, in seconds. */
const SECONDS_OF_LEARNING = 250;

/**
 * What one process of unit tests takes on, by the budgets, in seconds. To start one and load TensorFlow, zod and the Temporal
 * client takes a second of a processor, more than most files; but the last process should not run alone for long.
 */
const SECONDS_OF_A_PROCESS = 90;

/** Test files that one job runs. */
interface Group {
  readonly files: readonly string[];
  readonly run: (files: readonly string[]) => Job;
}

/** Files that can share their services do so, one after the other, and their process too; each that starts its own has a process. */
export function integrationJobs(files: readonly string[], onCluster: readonly string[]): readonly Job[] {
  const { alone: changing, together } = apart(files);
  const sources = new Map(files.map((file) => [file, readFileSync(file, "utf8")]));
  const sharing = SHARED.map(([calls, runOn]) => ({
    runOn,
    files: files.filter((file) => calls.test(sources.get(file) ?? "")),
  }));
  const shared = new Set(sharing.flatMap(({ files: own }) => own));
  const others = together.filter((file) => !shared.has(file));
  const learning = others.filter((file) => WITHOUT_SERVICES.test(nameOf(file)));
  const alone = [...changing, ...others].filter((file) => !shared.has(file) && !learning.includes(file));
  const cluster = onCluster.length === 0 ? [] : [{ files: onCluster, run: onKubernetes }];
  return longestFirst([
    ...sharing.flatMap(({ files: own, runOn }) =>
      filledUp(own, SECONDS_OF_A_STACK).map(
        (group): Group => ({ files: group, run: group.length > 1 ? onShared(runOn) : inOneProcess }),
      ),
    ),
    ...filledUp(learning, SECONDS_OF_LEARNING).map((group) => ({ files: group, run: inOneProcess })),
    ...alone.map((file) => ({ files: [file], run: inOneProcess })),
    ...cluster,
  ]);
}

/** Neighbours by their paths share a process: they load the same modules. Each that changes its process is alone. */
export function unitJobs(files: readonly string[]): readonly Job[] {
  const { alone, together } = apart(files);
  return longestFirst(
    [...filledUp(together, SECONDS_OF_A_PROCESS), ...alone.map((file) => [file])].map((files) => ({
      files,
      run: inOneProcess,
    })),
  );
}

/** Those that change their process, and the others. */
function apart(files: readonly string[]): { readonly alone: string[]; readonly together: string[] } {
  const alone = files.filter((file) => standsAlone(readFileSync(file, "utf8")));
  return { alone, together: files.filter((file) => !alone.includes(file)) };
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
  (ended) =>
    runFiles(files, { timeout: TIMEOUT }, ended);

const onKubernetes =
  (files: readonly string[]): Job =>
  (ended) =>
    runClusterTests(files, ended);

/** With services of its own, whatever it shares otherwise. */
export const fileAlone = (file: string, ended: (run: FileRun) => void): Promise<void> =>
  runFiles([file], { timeout: TIMEOUT }, ended);

const onShared =
  (runOn: typeof runOnOneStack) =>
  (files: readonly string[]): Job =>
  (ended) => {
    const { alone, together } = apart(files);
    return runOn([together, ...alone.map((file) => [file])], TIMEOUT, ended);
  };

function longestFirst(groups: readonly Group[]): readonly Job[] {
  const seconds = ({ files }: Group): number => files.reduce((sum, file) => sum + expectedSeconds(file), 0);
  return [...groups].sort((a, b) => seconds(b) - seconds(a)).map(({ files, run }) => run(files));
}
