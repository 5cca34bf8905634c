/** What the lanes take: integration tests with those on Kubernetes, then unit tests; the longest first in each. */
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { runClusterTests } from "../../k8s/clusterTests.js";
import { budgetOf } from "./budgets.js";
import type { Job } from "./lanes.js";
import { type FilesRun, runFiles, standsAlone } from "./runFiles.js";
import { runOnOneStack } from "./runOnOneStack.js";

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

/** Those of a folder are in one process where they can be. */
export function unitJobs(files: readonly string[]): readonly Job[] {
  const groups = grouped(files, (file) => !standsAlone(file));
  return longestFirst(groups.map((group) => ({ files: group, run: inOneProcess })));
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
  const seconds = ({ files }: Group): number => files.reduce((sum, file) => sum + budgetOf(file), 0);
  return [...groups].sort((a, b) => seconds(b) - seconds(a)).map(({ files, run }) => run(files));
}
