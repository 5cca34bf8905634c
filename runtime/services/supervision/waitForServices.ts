/** Waits until every service of a plan serves, or tells why one does not. */
import { setTimeout as sleep } from "node:timers/promises";
import { type ErrorCode, ThawError } from "../../../spec/errors.js";
import { damagedDatabase, tellsOfDamage } from "../../damagedDatabase.js";
import { type Layout, logFileOf } from "../layout.js";
import { lastLines } from "../logs.js";
import { LOOPBACK, SERVICE_TITLES, type ServiceName } from "../names.js";
import { readRecord, type ServicesRecord } from "../record.js";
import { digestOf, type Plan } from "./plan.js";
import { isAlive, type ProcessId } from "./processes.js";

const POLL_MS = 50;
/** Ten times what all of them need on two idle cores. */
const PATIENCE_MS = 60_000;
/** On an idle machine all are ready by then. */
const QUIET_MS = 3_000;
/** Between two such lines: they stay on the screen. */
const NEXT_QUIET_MS = 10_000;
/** A service that ends this often in a row before it has served will not recover by itself. */
const MOST_FAILURES = 3;
const LOG_LINES = 12;

const FAILURE_CODES: Readonly<Record<ServiceName, ErrorCode>> = {
  temporal: "TEMPORAL_UNREACHABLE",
  s3: "STORE_UNREACHABLE",
  "control-worker": "SERVICE_FAILED",
  "training-worker": "SERVICE_FAILED",
};

export interface Waiting {
  readonly layout: Layout;
  readonly plan: Plan;
  readonly supervisor: ProcessId;
  readonly onProgress: (line: string) => void;
  /** After so long without news it is said what is waited for. */
  readonly quietMs?: number;
}

/** @throws ThawError as `up` */
export async function waitForServices({
  layout,
  plan,
  supervisor,
  onProgress,
  quietMs = QUIET_MS,
}: Waiting): Promise<void> {
  const began = Date.now();
  let news = began + quietMs;
  const digest = digestOf(plan);
  const waiting = new Set<ServiceName>(plan.services.map(({ name }) => name));
  while (waiting.size > 0) {
    const seconds = (Date.now() - began) / 1000;
    const record = readRecord(layout);
    // What an earlier plan has left in the record says nothing about this one.
    if (record !== undefined && record.plan === digest) {
      for (const name of waiting) {
        const service = record.services[name];
        if (service?.ready === true) {
          waiting.delete(name);
          onProgress(`${SERVICE_TITLES[name]} ready after ${seconds.toFixed(1)} s${place(record, name)}`);
          news = Date.now() + quietMs;
        } else if ((service?.failures ?? 0) >= MOST_FAILURES) {
          throw failure(layout, name, `it ${service?.lastEnd}`);
        }
      }
    }
    if (!isAlive(supervisor)) throw supervisorFailure(layout, "has ended");
    if (seconds * 1000 > PATIENCE_MS) {
      const [first] = waiting;
      if (record?.plan !== digest || first === undefined) throw supervisorFailure(layout, "does not answer");
      throw failure(layout, first, `it is not ready after ${PATIENCE_MS / 1000} s`);
    }
    if (Date.now() > news && waiting.size > 0) {
      onProgress(waitingText([...waiting], seconds));
      news = Date.now() + Math.max(quietMs, NEXT_QUIET_MS);
    }
    await sleep(POLL_MS);
  }
}

/** So that nobody takes a busy machine for one that hangs. */
function waitingText(names: readonly ServiceName[], seconds: number): string {
  const titles = names.map((name) => `the ${SERVICE_TITLES[name]}`).join(", ");
  return `waiting for ${titles} (${seconds.toFixed(0)} s so far, at most ${PATIENCE_MS / 1000})`;
}

function place(record: ServicesRecord, name: ServiceName): string {
  if (name === "temporal") return `: http://${LOOPBACK}:${record.ports.ui}`;
  return name === "s3" ? `: http://${LOOPBACK}:${record.ports.s3}` : "";
}

function failure(layout: Layout, name: ServiceName, why: string): ThawError {
  if (name === "temporal" && lastLines(logFileOf(layout, name), LOG_LINES).some(tellsOfDamage)) {
    return damagedDatabase(layout.temporalDatabase);
  }
  return new ThawError(
    FAILURE_CODES[name],
    `the ${SERVICE_TITLES[name]} does not start: ${why}${tail(logFileOf(layout, name))}`,
    { hint: `read ${logFileOf(layout, name)}; \`thaw doctor\` checks what the services need` },
  );
}

function supervisorFailure(layout: Layout, what: string): ThawError {
  const log = logFileOf(layout, "supervisor");
  return new ThawError("SERVICE_FAILED", `the supervisor of the services ${what}${tail(log)}`, {
    hint: "run `thaw down`, then `thaw up`",
  });
}

function tail(file: string): string {
  const lines = lastLines(file, LOG_LINES);
  return lines.length === 0 ? "" : `\nLast lines of ${file}:\n  ${lines.join("\n  ")}`;
}
