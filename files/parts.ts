/** Names of files and folders of the scratch while they are written. They say whose they are: what a killed engine leaves is known at once. */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";

const endOf = (worker: number): string => `.${hostname()}-${worker}.part`;

/**
 * Another name for every attempt: a worker beside this one may be at the same file, and of two that write to one, either
 * would publish holes.
 * @param worker process id of the training worker whose engine writes; this process is the engine
 */
export const partOf = (path: string, worker = process.ppid): string =>
  `${path}.${randomUUID()}${endOf(worker)}`;

/** Whether it is named by {@link partOf} for an engine of that worker; this process is the worker. */
export const isPartOfWorker = (name: string, worker = process.pid): boolean => name.endsWith(endOf(worker));
