/** What every activity is handed: clients and folders. Tests hand them others. */

import type { Engine } from "../engine/process.js";
import type { Prices } from "../spec/prices.js";
import type { Resources } from "../spec/records/usage.js";
import type { BaseCheckpoint } from "../store/artifacts/localBase.js";
import type { Store } from "../store/connection/connection.js";
import type { EngineOutput } from "./log/outputLines.js";
import type { Metrics } from "./metrics/metrics.js";
import type { NotificationDependencies } from "./notifications/deliver.js";
import type { PodDependencies } from "./pods/cluster.js";

export interface ControlDependencies {
  readonly store: Store;
  /** Fingerprint of the TensorFlow build, part of the keys of what it computes. */
  readonly engineFingerprint: string;
  /** Folder for files that can be fetched or computed again. */
  readonly workFolder: string;
  /** Base URL of the Temporal UI, if known. */
  readonly uiUrl?: string;
  /** What runs with `compute: kubernetes` need; absent on training workers. */
  readonly pods?: PodDependencies;
  /** Who is told of events; nobody when left out. */
  readonly notifications?: NotificationDependencies;
  /** Nothing is counted when left out. */
  readonly metrics?: Metrics;
  /** Nothing is said of money when left out. */
  readonly prices?: Prices;
}

export interface TrainingDependencies extends ControlDependencies {
  readonly engine: Engine;
  /** What a stage holds while it is computed here. */
  readonly resources: Resources;
  /** What the engine prints. */
  readonly engineOutput: EngineOutput;
  /** Seconds between two checkpoints of a stage of training; 20 when left out. */
  readonly checkpointSeconds?: number;
  /** Seconds from SIGTERM to SIGKILL, where somebody has set them. */
  readonly graceSeconds?: number;
  /** A stage that has had no progress for so many seconds is ended, to be tried again; for ever when left out. */
  readonly noProgressSeconds?: number;
  /** Checkpoint file of a base, fetched if need be. */
  readonly baseCheckpoint: BaseCheckpoint;
}
