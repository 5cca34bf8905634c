/** `.thaw/services.json`: ports, credentials and processes of the embedded services. */
import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { ThawError, toThawError } from "../../spec/errors.js";
import type { StoreKeys, StoreSettings, TemporalSettings } from "../../spec/platform.js";
import { DEFAULT_BUCKET, DEFAULT_REGION } from "../storeEnvironment.js";
import { foreignProject, type Layout } from "./layout.js";
import { LOOPBACK, PORT_NAMES, type Ports, SERVICE_NAMES, type ServiceName } from "./names.js";
import { isAlive } from "./supervision/processes.js";

const port = z.int().min(1).max(65535);
const processSchema = z.object({ pid: z.int().min(1), start: z.string() });
const serviceSchema = z.object({
  /** Absent while the service is between two lives. */
  process: processSchema.optional(),
  /** Milliseconds since the epoch. */
  startedAt: z.number().optional(),
  ready: z.boolean(),
  /** How often it was started again after it had ended by itself. */
  restarts: z.int().min(0),
  /** Ends in a row before it was ready. */
  failures: z.int().min(0),
  /** How it ended the last time, for people. */
  lastEnd: z.string().optional(),
});
const recordSchema = z.object({
  version: z.literal(1),
  ports: z.record(z.enum(PORT_NAMES), port),
  credentials: z.object({ accessKey: z.string().min(1), secretKey: z.string().min(1) }),
  supervisor: processSchema.optional(),
  /** Digest of the plan that the supervisor has taken up. */
  plan: z.string().optional(),
  services: z.partialRecord(z.enum(SERVICE_NAMES), serviceSchema),
});

export type ServiceRecord = z.output<typeof serviceSchema>;
export type ServicesRecord = z.output<typeof recordSchema>;

/**
 * Reads the record; undefined when there is none.
 * @throws ThawError USAGE when it is damaged
 */
export function readRecord(layout: Layout): ServicesRecord | undefined {
  let text: string;
  try {
    text = readFileSync(layout.record, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    if (code === "EACCES" || code === "EPERM") throw foreignProject(layout, error);
    throw toThawError(error, "USAGE");
  }
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new ThawError("USAGE", `${layout.record} is damaged`, {
      hint: "end the services it was written for, delete it and run `thaw up`; runs and models are kept elsewhere",
      cause,
    });
  }
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
export function writePrivateText(file: string, text: string): void {
  const partial = `${file}.${process.pid}`;
  // One that was left behind keeps its rights when it is written again.
  rmSync(partial, { force: true });
  writeFileSync(partial, text, { mode: 0o600 });
  renameSync(partial, file);
}

/** A record before anything has started; credentials are made once and kept. */
export function newRecord(ports: Ports, last: ServicesRecord | undefined): ServicesRecord {
  return {
    version: 1,
    ports: { ...ports },
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
