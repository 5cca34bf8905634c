/** Starts a project's embedded services, or what is missing of them, and waits until they serve. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { ThawError } from "../../spec/errors.js";
import { cacheFolder } from "../cacheFolder.js";
import { withLock } from "../lock.js";
import { LOCK_HELD, stopAll } from "./down.js";
import { type Layout, layoutOf, makeFolders } from "./layout.js";
import type { PortName, Ports } from "./names.js";
import { onFreePorts } from "./ports.js";
import { newRecord, readRecord, type ServicesRecord, writeRecord } from "./record.js";
import { secureS3 } from "./s3Security.js";
import { type ServicesStatus, status } from "./status.js";
import { digestOf, type Executables, makePlan, type Plan, writePlan } from "./supervision/plan.js";
import { isAlive, type ProcessId, signal } from "./supervision/processes.js";
import { startSupervisor } from "./supervision/startSupervisor.js";
import { waitForServices } from "./supervision/waitForServices.js";

export interface UpOptions extends Executables {
  readonly projectFolder: string;
  /** A port that is asked for is used or refused; one that is not may be any free one. */
  readonly temporalPort?: number | undefined;
  readonly uiPort?: number | undefined;
  readonly s3Port?: number | undefined;
  readonly onProgress?: (line: string) => void;
}

/**
 * Starts what is not running yet. When it fails, what it has started is stopped again.
 * @throws ThawError PORT_BUSY; USAGE for a project folder that cannot be used, or for other ports than
 *   those of services that are up; TEMPORAL_UNREACHABLE, STORE_UNREACHABLE or SERVICE_FAILED, with the
 *   last lines of its log, when a service does not get ready
 */
export async function up(options: UpOptions): Promise<ServicesStatus> {
  const layout = layoutOf(resolve(options.projectFolder));
  const onProgress = options.onProgress ?? (() => undefined);
  makeFolders(layout);
  return withLock(
    layout.lock,
    () => onProgress(LOCK_HELD),
    async () => {
      const last = readRecord(layout);
      const supervisor = last?.supervisor;
      if (last !== undefined && isAlive(supervisor))
        await extend(layout, last, supervisor, options, onProgress);
      else await startAnew(layout, options, onProgress);
      return status(layout.projectFolder);
    },
  );
}

type Say = (line: string) => void;

async function startAnew(layout: Layout, options: UpOptions, onProgress: Say): Promise<void> {
  // A supervisor that was killed leaves its services running.
  await stopAll(layout, onProgress);
  // Two projects that start at once would find the same ports free.
  await withLock(
    join(cacheFolder(), "services-start.lock"),
    () => onProgress("another project's services are starting; waiting for them"),
    () => startOnPorts(layout, options, onProgress),
  );
}

async function startOnPorts(layout: Layout, options: UpOptions, onProgress: Say): Promise<void> {
  const last = readRecord(layout);
  const start = async (ports: Ports): Promise<void> => {
    const record = newRecord(ports, last, existsSync(layout.temporalDatabase));
    const plan = makePlan(layout, record, options);
    secureS3(layout);
    writeRecord(layout, record);
    writePlan(layout, plan);
    try {
      const supervisor = startSupervisor(layout);
      await waitForServices({ layout, plan, supervisor, onProgress });
    } catch (error) {
      await stopAll(layout, () => undefined);
      throw error;
    }
  };
  const onTaken = (ports: readonly number[]): void =>
    onProgress(`another program has taken port ${ports.join(", ")} meanwhile; others are tried`);
  await onFreePorts(asked(options), last?.ports ?? {}, start, onTaken);
}

async function extend(
  layout: Layout,
  record: ServicesRecord,
  supervisor: ProcessId,
  options: UpOptions,
  onProgress: Say,
): Promise<void> {
  refuseOtherPorts(record, asked(options));
  const plan = makePlan(layout, record, options);
  if (isServed(record, plan)) {
    onProgress("the services are up already");
    return;
  }
  writePlan(layout, plan);
  signal(supervisor, "SIGHUP");
  await waitForServices({ layout, plan, supervisor, onProgress });
}

function asked(options: UpOptions): { readonly [name in PortName]?: number | undefined } {
  return { temporal: options.temporalPort, ui: options.uiPort, s3: options.s3Port };
}

function refuseOtherPorts(record: ServicesRecord, wanted: ReturnType<typeof asked>): void {
  for (const name of ["temporal", "ui", "s3"] as const) {
    if (wanted[name] === undefined || wanted[name] === record.ports[name]) continue;
    throw new ThawError(
      "USAGE",
      `the services are up with port ${record.ports[name]} for ${name}, not ${wanted[name]}`,
      { hint: "stop them with `thaw down` first" },
    );
  }
}

function isServed(record: ServicesRecord, plan: Plan): boolean {
  return (
    record.plan === digestOf(plan) &&
    plan.services.every(({ name }) => {
      const service = record.services[name];
      return service?.ready === true && isAlive(service.process);
    })
  );
}
