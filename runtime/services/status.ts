/** What is known of a project's embedded services at this moment. */
import { resolve } from "node:path";
import { layoutOf, logFileOf } from "./layout.js";
import { LOOPBACK, SERVICE_NAMES, type ServiceName } from "./names.js";
import { readRecord, type ServicesRecord, storeOf, temporalOf } from "./record.js";
import { isAlive, residentBytes } from "./supervision/processes.js";

export interface ServiceStatus {
  readonly name: ServiceName;
  /** Its process is alive. */
  readonly running: boolean;
  /** It serves: it has answered since its process was started. */
  readonly ready: boolean;
  readonly pid?: number;
  /** `host:port` of a server; workers have none. */
  readonly address?: string;
  /** For people: Temporal's web UI, the S3 endpoint. */
  readonly url?: string;
  readonly uptimeSeconds?: number;
  /** How often the supervisor has started it again. */
  readonly restarts: number;
  readonly logFile: string;
  /** Resident memory of the process and those it has started (Linux). */
  readonly memoryBytes?: number;
}

export interface ServicesStatus {
  readonly projectFolder: string;
  /** Whether a supervisor is there to keep the services alive. */
  readonly supervised: boolean;
  readonly supervisorPid?: number;
  /** All four, in the order in which they start. */
  readonly services: readonly ServiceStatus[];
}

/** @throws ThawError USAGE when `.thaw/services.json` is damaged */
export async function status(projectFolder: string): Promise<ServicesStatus> {
  const layout = layoutOf(resolve(projectFolder));
  const record = readRecord(layout);
  const supervisor = isAlive(record?.supervisor) ? record.supervisor : undefined;
  return {
    projectFolder: layout.projectFolder,
    supervised: supervisor !== undefined,
    ...(supervisor === undefined ? {} : { supervisorPid: supervisor.pid }),
    services: SERVICE_NAMES.map((name) => ({
      name,
      ...liveStatus(record, name),
      restarts: record?.services[name]?.restarts ?? 0,
      logFile: logFileOf(layout, name),
    })),
  };
}

type LiveStatus = Omit<ServiceStatus, "name" | "restarts" | "logFile">;

function liveStatus(record: ServicesRecord | undefined, name: ServiceName): LiveStatus {
  const service = record?.services[name];
  const process = service?.process;
  if (record === undefined || service === undefined || !isAlive(process))
    return { running: false, ready: false };
  const memoryBytes = residentBytes(process.pid);
  return {
    running: true,
    ready: service.ready,
    pid: process.pid,
    ...addresses(record, name),
    ...(service.startedAt === undefined
      ? {}
      : { uptimeSeconds: Math.max(0, (Date.now() - service.startedAt) / 1000) }),
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
  };
}

function addresses(record: ServicesRecord, name: ServiceName): Pick<ServiceStatus, "address" | "url"> {
  if (name === "temporal") {
    const { address, uiUrl } = temporalOf(record);
    return { address, ...(uiUrl === undefined ? {} : { url: uiUrl }) };
  }
  if (name === "s3") return { address: `${LOOPBACK}:${record.ports.s3}`, url: storeOf(record).endpoint };
  return {};
}
