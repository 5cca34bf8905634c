/** What the supervisor is to run: the services as data, handed over in a file. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { isOfShell } from "../../../spec/processes/childEnvironment.js";
import { listOf, object, type Shaped, text } from "../../../spec/shape.js";
import { type Layout, logFileOf } from "../layout.js";
import { GRACE_SECONDS } from "../names.js";
import { type ServicesRecord, writePrivate } from "../record.js";
import { s3Service } from "../s3Service.js";
import { type ServiceSpec, serviceSpecShape } from "../serviceSpec.js";
import { temporalService } from "../temporalService.js";

const planShape = object({ projectFolder: text, services: listOf(serviceSpecShape) });

export type Plan = Shaped<typeof planShape>;

export interface Executables {
  /** Temporal's CLI. */
  readonly temporal: string;
  /** SeaweedFS. */
  readonly weed: string;
  /** The workers' scripts; undefined: only the two servers are run. */
  readonly workers: { readonly control: string; readonly training: string } | undefined;
}

export function makePlan(layout: Layout, record: ServicesRecord, executables: Executables): Plan {
  const { workers } = executables;
  const worker = (role: "control" | "training", script: string): ServiceSpec => ({
    name: `${role}-worker`,
    command: process.execPath,
    args: [script],
    cwd: layout.projectFolder,
    env: { THAW_PROJECT: layout.projectFolder, ...metricsAddress(role) },
    inheritEnv: true,
    logFile: logFileOf(layout, `${role}-worker`),
    needs: ["temporal", "s3"],
    grace: GRACE_SECONDS[`${role}-worker`],
    readiness: { by: "line", worker: role },
  });
  return {
    projectFolder: layout.projectFolder,
    services: [
      temporalService(layout, record, executables.temporal),
      s3Service(layout, record, executables.weed),
      ...(workers === undefined
        ? []
        : [worker("control", workers.control), worker("training", workers.training)]),
    ],
  };
}

/** Both workers inherit the variable, and only one of them can have the port: the training worker gets the next one. */
function metricsAddress(role: "control" | "training"): Record<string, string> {
  const [, host, port] = /^(.*):(\d+)$/.exec(process.env.THAW_METRICS_ADDRESS ?? "") ?? [];
  if (port === undefined) return {};
  return { THAW_METRICS_ADDRESS: `${host}:${Number(port) + (role === "control" ? 0 : 1)}` };
}

export function writePlan(layout: Layout, plan: Plan): void {
  writePrivate(layout.plan, plan);
}

/** @throws Error when it is none */
export function readPlan(file: string): Plan {
  const plan: unknown = JSON.parse(readFileSync(file, "utf8"));
  if (planShape(plan)) return plan;
  throw new Error(`${file} is no plan of services`);
}

/**
 * Tells plans, or services, apart. Not by variables of the shell, nor by their order: `thaw up` from another one would
 * start servers anew in the midst of runs.
 */
export function digestOf(part: Plan | ServiceSpec): string {
  const text = JSON.stringify(part, (key, value: unknown) => (key === "env" ? settings(value) : value));
  return createHash("sha256").update(text).digest("hex");
}

function settings(env: unknown): unknown {
  const variables = Object.entries(env as ServiceSpec["env"]).filter(([name]) => !isOfShell(name));
  return variables.toSorted(([one], [other]) => (one < other ? -1 : 1));
}
