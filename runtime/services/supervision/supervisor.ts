/** Runs the services of a plan and writes down what becomes of them. */

import type { Layout } from "../layout.js";
import type { ServiceName } from "../names.js";
import { readRecord, type ServiceRecord, type ServicesRecord, writeRecord } from "../record.js";
import { type Keeper, keep, type ServiceEvent } from "./keeper.js";
import { digestOf, type Plan } from "./plan.js";
import type { ProcessId } from "./processes.js";

export interface Supervisor {
  /** Takes up a plan: starts what is new, dead or changed, leaves alone what runs as planned. */
  readonly follow: (plan: Plan) => Promise<void>;
  /** Ends every service, those first that need others. */
  readonly stop: () => Promise<void>;
}

const UNBORN: ServiceRecord = { ready: false, restarts: 0, failures: 0 };

/** @param record as `up` has written it; from here on the supervisor is its only writer */
export function createSupervisor(
  layout: Layout,
  record: ServicesRecord,
  self: ProcessId,
  log: (line: string) => void,
): Supervisor {
  let current: ServicesRecord = { ...record, supervisor: self };
  const keepers = new Map<ServiceName, Keeper>();
  let following = Promise.resolve();
  let stopping = false;
  let registered = false;

  function write(change: Partial<ServicesRecord>): void {
    current = { ...current, ...change };
    try {
      // Somebody has deleted the record, or another supervisor has taken over: it is not ours any more.
      if (registered && readRecord(layout)?.supervisor?.pid !== self.pid) return;
      writeRecord(layout, current);
      registered = true;
    } catch (error) {
      // A full disk must not end the services; the next event writes the whole record again.
      log(`cannot write ${layout.record}: ${String(error)}`);
    }
  }

  function tell(service: ServiceName, event: ServiceEvent): void {
    log(`${service} ${JSON.stringify(event)}`);
    const next = after(current.services[service] ?? UNBORN, event);
    write({ services: { ...current.services, [service]: next } });
  }

  const isReady = (service: ServiceName): boolean => current.services[service]?.ready === true;

  async function followNow(plan: Plan): Promise<void> {
    const due = plan.services.filter((spec) => {
      const keeper = keepers.get(spec.name);
      return keeper === undefined || !keeper.isAlive() || digestOf(keeper.spec) !== digestOf(spec);
    });
    const services = { ...current.services };
    for (const { name } of due) services[name] = { ...(services[name] ?? UNBORN), ready: false, failures: 0 };
    write({ plan: digestOf(plan), services });
    await Promise.all(due.map(({ name }) => keepers.get(name)?.stop()));
    if (stopping) return;
    for (const spec of due) keepers.set(spec.name, keep(spec, { isReady, tell }));
  }

  async function stop(): Promise<void> {
    stopping = true;
    await following;
    const stops = new Map<ServiceName, Promise<void>>();
    const stopOne = (keeper: Keeper): Promise<void> => {
      const { name } = keeper.spec;
      const known = stops.get(name);
      if (known !== undefined) return known;
      const dependents = [...keepers.values()].filter(({ spec }) => spec.needs.includes(name));
      const stopped = Promise.all(dependents.map(stopOne)).then(keeper.stop);
      stops.set(name, stopped);
      return stopped;
    };
    await Promise.all([...keepers.values()].map(stopOne));
  }

  return {
    // One at a time: two at once would start a service twice.
    follow: (plan) => {
      following = following.then(() => (stopping ? undefined : followNow(plan)));
      return following;
    },
    stop,
  };
}

function after(service: ServiceRecord, event: ServiceEvent): ServiceRecord {
  const { process: _process, startedAt: _startedAt, ...rest } = service;
  switch (event.type) {
    case "started":
      return {
        ...rest,
        ready: false,
        startedAt: event.at,
        ...(event.process === undefined ? {} : { process: event.process }),
      };
    case "ready":
      return { ...service, ready: true, failures: 0 };
    case "ended":
      return {
        ...rest,
        ready: false,
        lastEnd: event.how,
        failures: service.ready ? service.failures : service.failures + 1,
      };
    case "restarting":
      return { ...service, restarts: service.restarts + 1 };
  }
}
