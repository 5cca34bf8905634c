/** The embedded stack with a proxy between the workers and the store, and a second machine that can be started. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openSession, type Session } from "../../client/session.js";
import { type ComponentName, ensure } from "../../runtime/components/components.js";
import { loadPlatform } from "../../runtime/platform.js";
import { down } from "../../runtime/services/down.js";
import { layoutOf, makeFolders } from "../../runtime/services/layout.js";
import { choosePorts } from "../../runtime/services/ports.js";
import { newRecord, storeOf, temporalOf, writeRecord } from "../../runtime/services/record.js";
import { type ServicesStatus, status } from "../../runtime/services/status.js";
import { up } from "../../runtime/services/up.js";
import { tidied } from "../support/leftBehind/tidied.js";
import { type FaultProxy, startFaultProxy } from "../support/services/faultProxy.js";
import { ownPorts } from "../support/services/ownPorts.js";
import { keyVariables } from "../support/services/serviceVariables.js";

const COMPONENTS: readonly ComponentName[] = [
  "temporal",
  "s3-server",
  "libtensorflow",
  "tfjs-binding",
  "base-weights:efficientnet-lite0",
];
const worker = (name: string): string => fileURLToPath(new URL(`../../worker/${name}.js`, import.meta.url));

export interface Testbed {
  readonly folder: string;
  /** Straight to the servers. */
  readonly session: Session;
  /** All that the workers say to the store goes through it. */
  readonly proxy: FaultProxy;
  status(): Promise<ServicesStatus>;
  /** Starts another training worker, with files of its own. */
  startOther(): OtherMachine;
  /** Stops everything, and removes the folder unless it is to be kept. */
  close(options?: { readonly keep: boolean }): Promise<void>;
}

export interface OtherMachine {
  readonly child: ChildProcess;
  /** As the Temporal server knows it. */
  readonly identity: string;
  readonly ended: Promise<void>;
}

/** @param checkpointSeconds how often a stage of training writes a checkpoint */
export async function startTestbed(folder: string, checkpointSeconds: number): Promise<Testbed> {
  const tidy = tidied(folder);
  const located = await ensure(COMPONENTS, () => undefined);
  const pathOf = (name: ComponentName): string => located.find((item) => item.name === name)?.path ?? "";
  const servers = { projectFolder: folder, temporal: pathOf("temporal"), weed: pathOf("s3-server") };
  const silent = { onProgress: () => undefined };
  // What the first start would choose: the workers are to find the proxy when they start.
  const { ports, store, temporal } = await chosenBefore(folder);
  const proxy = await startFaultProxy(store.endpoint);
  const throughProxy = {
    THAW_S3_ENDPOINT: proxy.endpoint,
    THAW_S3_BUCKET: store.bucket,
    ...keyVariables(store),
    THAW_CHECKPOINT_SECONDS: String(checkpointSeconds),
  };
  Object.assign(process.env, throughProxy);
  await up({
    ...servers,
    workers: { control: worker("control"), training: worker("training") },
    ...ports,
    ...silent,
  });
  const session = await openSession(await loadPlatform(folder, { env: {}, cwd: folder }));
  const others = new Set<ChildProcess>();
  return {
    folder,
    session,
    proxy,
    status: () => status(folder),
    startOther: () => {
      const own = join(folder, "other-machine");
      mkdirSync(own, { recursive: true });
      const log = openSync(join(own, "worker.log"), "a");
      const child = spawn(process.execPath, [worker("training")], {
        cwd: own,
        env: { ...process.env, THAW_PROJECT: own, TEMPORAL_ADDRESS: temporal.address },
        stdio: ["ignore", log, log],
      });
      closeSync(log);
      others.add(child);
      const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      void ended.then(() => others.delete(child));
      return { child, identity: `${child.pid}@${hostname()}`, ended };
    },
    close: async ({ keep } = { keep: false }) => {
      for (const child of others) child.kill("SIGKILL");
      await session.close();
      await down(folder, silent);
      await proxy.close();
      for (const name of Object.keys(throughProxy)) delete process.env[name];
      if (!keep) await rm(folder, { recursive: true, force: true });
      tidy();
    },
  };
}

interface Chosen {
  /** A start on others would be refused. */
  readonly ports: { readonly temporalPort: number; readonly uiPort: number; readonly s3Port: number };
  readonly store: ReturnType<typeof storeOf>;
  readonly temporal: ReturnType<typeof temporalOf>;
}

/** Ports and credentials of services that have not been started yet; `up` keeps to what it finds recorded. */
async function chosenBefore(folder: string): Promise<Chosen> {
  const layout = layoutOf(folder);
  const ports = await ownPorts();
  const { temporalPort: temporal, uiPort: ui, s3Port: s3 } = ports;
  const record = newRecord(await choosePorts({ temporal, ui, s3 }, {}), undefined);
  makeFolders(layout);
  writeRecord(layout, record);
  return { ports, store: storeOf(record), temporal: temporalOf(record) };
}
