/** `thaw doctor`: tells what was found on this machine, and how to mend what is missing. */
import { homedir } from "node:os";
import type { Command } from "commander";
import { contextOf, withExamples } from "../../context.js";
import type { DoctorJson } from "../../json/doctor.js";
import { refuseAlone, refuseBeside } from "../../options/checks.js";
import { wholeNumber } from "../../options/numbers.js";

/** The same as for an error of a component that is missing. */
const EXIT_UNHEALTHY = 4;

/** Pulling an image of 4 GB takes minutes. */
const POD_SECONDS = 300;

/** What is asked of a pod, or of whoever makes it. */
const OF_CLUSTER = ["--namespace", "--image", "--service-account", "--timeout", "--no-pod"];

interface DoctorOptions {
  readonly kubernetes?: boolean;
  readonly namespace?: string;
  readonly image?: string;
  readonly serviceAccount?: string;
  readonly timeout: number;
  readonly pod: boolean;
  readonly fix?: boolean;
}

export function addDoctor(program: Command): void {
  const command = program
    .command("doctor")
    .summary("check this machine, the services or a cluster")
    .description("check this machine and the services; the exit code is 4 when something is missing")
    .option(
      "--kubernetes",
      "check the cluster instead: rights, GPUs, image, and the services seen from a pod",
    )
    .option("--namespace <name>", "where runs get their pods (default: that of the kubeconfig)")
    .option("--image <image>", "image of the pod (default: the installation's)")
    .option(
      "--service-account <name>",
      "whose rights are asked for, the control worker's for instance (default: yours)",
    )
    .option(
      "--timeout <seconds>",
      "how long the pod may take",
      wholeNumber("a whole number of seconds from 1"),
      POD_SECONDS,
    )
    .option("--no-pod", "start no pod")
    .option("--fix", "register search attributes that the Temporal server lacks")
    .action(async (_options: object, self: Command) => {
      const { output, project, options } = contextOf<DoctorOptions>(self);
      if (options.kubernetes === true)
        refuseBeside(self, ["--fix"], "--kubernetes", "do the one after the other");
      else refuseAlone(self, OF_CLUSTER, "--kubernetes");
      const { doctorText } = await import("../../render/machine/doctor.js");
      const checks = await (options.kubernetes === true
        ? ofCluster(project, options)
        : ofMachine(project, options.fix === true));
      const document: DoctorJson = { healthy: checks.every(({ state }) => state !== "missing"), checks };
      output.data(document, (shown, screen) => doctorText(shown, homedir(), screen), checks);
      if (!document.healthy) process.exitCode = EXIT_UNHEALTHY;
    });
  withExamples(command, [
    ["thaw doctor", "what is where, and what is missing"],
    ["thaw doctor --json | jq '.checks[] | select(.state == \"missing\")'", "for programs"],
    ["thaw doctor --fix", "and register the search attributes that the Temporal server lacks"],
    [
      "thaw doctor --kubernetes --namespace thaw",
      "would a run get its pod, and would that reach the services?",
    ],
    [
      "thaw doctor --kubernetes --service-account thaw-control --no-pod",
      "may the control worker do its work?",
    ],
  ]);
}

async function ofMachine(project: string | undefined, fix: boolean): Promise<DoctorJson["checks"]> {
  return (await import("../../doctor.js")).checkAll(project, fix);
}

async function ofCluster(
  project: string | undefined,
  { namespace, image, serviceAccount: account, timeout, pod }: DoctorOptions,
): Promise<DoctorJson["checks"]> {
  const { clusterDoctor } = await import("../../../client/clusterDoctor.js");
  const { THAW_KUBERNETES_DEFAULTS: defaultsFile, THAW_POD_POLICY: policyFile } = process.env;
  return clusterDoctor(project, {
    podSeconds: pod ? timeout : 0,
    ...(namespace === undefined ? {} : { namespace }),
    ...(image === undefined ? {} : { image }),
    ...(account === undefined ? {} : { account }),
    ...(defaultsFile === undefined || defaultsFile === "" ? {} : { defaultsFile }),
    ...(policyFile === undefined ? {} : { policyFile }),
  });
}
