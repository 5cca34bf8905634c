/** `.thaw/services.json`: ports, credentials and processes of the embedded services. */
import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { ThawError, toThawError } from "../../spec/errors.js";
import {
  DEFAULT_BUCKET,
  DEFAULT_REGION,
  type StoreKeys,
  type StoreSettings,
  type TemporalSettings,
} from "../../spec/platform.js";
import {
  filledText,
  finite,
  flag,
  mapOf,
  object,
  oneOf,
  type Shaped,
  text,
  whole,
} from "../../spec/shape.js";
import { foreignProject, type Layout } from "./layout.js";
import { LOOPBACK, PORT_NAMES, type PortName, type Ports, SERVICE_NAMES, type ServiceName } from "./names.js";
import { isAlive } from "./supervision/processes.js";

const processShape = object({ pid: whole(1), start: text });
const serviceShape = object(
  {
    ready: flag,
    /** How often it was started again after it had ended by itself. */
    restarts: whole(0),
    /** Ends in a row before it was ready. */
    failures: whole(0),
  },
  {
    /** Absent while the service is between two lives. */
    process: processShape,
    /** Milliseconds since the epoch. */
    startedAt: finite,
    /** How it ended the last time, for people. */
    lastEnd: text,
  },
);
const port = whole(1, 65535);
const portsShape = object(
  Object.fromEntries(PORT_NAMES.map((name) => [name, port])) as Record<PortName, typeof port>,
);
const recordShape = object(
  {
    version: oneOf(1),
    ports: portsShape,
    credentials: object({ accessKey: filledText, secretKey: filledText }),
    services: mapOf(serviceShape, SERVICE_NAMES),
  },
  {
    supervisor: processShape,
    /** Digest of the plan that the supervisor has taken up. */
    plan: text,
    /** Parts of a task queue of Temporal; absent where its database is of a time when there were four. */
    queueParts: oneOf(1),
  },
);

export type ServiceRecord = Shaped<typeof serviceShape>;
export type ServicesRecord = Shaped<typeof recordShape>;

/**
 * Reads the record; undefined when there is none.
 * @throws ThawError USAGE when it is damaged
 */
export function readRecord(layout: Layout): ServicesRecord | undefined {
  let written: string;
  try {
    written = readFileSync(layout.record, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    if (code === "EACCES" || code === "EPERM") throw foreignProject(layout, error);
    if (code === "ENOTDIR")
      throw new ThawError("USAGE", `${layout.state} cannot be a folder: it is a file, or lies in one`, {
        hint: "move the file away, or name another project folder",
        cause: error,
      });
    throw toThawError(error, "USAGE");
  }
  try {
    const record: unknown = JSON.parse(written);
    if (recordShape(record)) return record;
  } catch (cause) {
    throw damaged(layout, cause);
  }
  throw damaged(layout);
}

function damaged(layout: Layout, cause?: unknown): ThawError {
  return new ThawError("USAGE", `${layout.record} is damaged`, {
    hint: "end the services it was written for, delete it and run `thaw up`; runs and models are kept elsewhere",
    cause,
  });
}

/**
 * Replaces the record as a whole. It has one writer at a time: the supervisor while it lives, else
 * whoever holds the project's lock.
 */
export function writeRecord(layout: Layout, record: ServicesRecord): void {
  writePrivate(layout.record, record);
}

/** Writes JSON that only its owner may read, so that a reader sees the old or the new text, never a part. */
export function writePrivate(file: string, value: unknown): void {
  writePrivateText(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** The same of any text. */
export function writePrivateText(file: string, content: string): void {
  const partial = `${file}.${process.pid}`;
  // One that was left behind keeps its rights when it is written again.
  rmSync(partial, { force: true });
  writeFileSync(partial, content, { mode: 0o600 });
  renameSync(partial, file);
}

/**
 * A record before anything has started; credentials are made once and kept.
 * @param hasDatabase whether there is one of Temporal already
 */
export function newRecord(
  ports: Ports,
  last: ServicesRecord | undefined,
  hasDatabase = last !== undefined,
): ServicesRecord {
  const queueParts = hasDatabase ? last?.queueParts : 1;
  return {
    version: 1,
    ports: { ...ports },
    ...(queueParts === undefined ? {} : { queueParts }),
    credentials: last?.credentials ?? {
      accessKey: randomBytes(10).toString("hex"),
      secretKey: randomBytes(30).toString("base64url"),
    },
    services: {},
  };
}

/** Whether the service is up, or about to be: a supervisor brings it back. */
export function isRunning(record: ServicesRecord, service: ServiceName): boolean {
  const known = record.services[service];
  return known !== undefined && (isAlive(record.supervisor) || isAlive(known.process));
}

export function temporalOf(record: ServicesRecord): TemporalSettings {
  return {
    address: `${LOOPBACK}:${record.ports.temporal}`,
    namespace: "default",
    uiUrl: `http://${LOOPBACK}:${record.ports.ui}`,
  };
}

export function storeOf(record: ServicesRecord): StoreSettings & { readonly credentials: StoreKeys } {
  return {
    endpoint: `http://${LOOPBACK}:${record.ports.s3}`,
    bucket: DEFAULT_BUCKET,
    region: DEFAULT_REGION,
    credentials: record.credentials,
    pathStyle: true,
  };
}
