/** JSON of `thaw up` and `thaw status`. Public API. */
import type { ServicesStatus } from "../../runtime/services/status.js";

export interface ServicesJson {
  /** Whether all four services serve. */
  readonly up: boolean;
  /** Absolute path of the folder that holds `.thaw/`. */
  readonly projectFolder: string;
  /** Whether a supervisor is there to keep the services alive. */
  readonly supervised: boolean;
  readonly supervisorPid?: number;
  readonly services: readonly {
    readonly name: "temporal" | "s3" | "control-worker" | "training-worker";
    readonly running: boolean;
    /** It has answered since its process was started. */
    readonly ready: boolean;
    readonly pid?: number;
    /** `host:port` of a server. */
    readonly address?: string;
    /** Temporal's web UI, or the S3 endpoint. */
    readonly url?: string;
    readonly uptimeSeconds?: number;
    /** How often the supervisor has started it again. */
    readonly restarts: number;
    readonly logFile: string;
    readonly memoryBytes?: number;
  }[];
}

/** `thaw down --json`. */
export interface DownJson {
  readonly projectFolder: string;
  readonly stopped: true;
}

export function servicesJson(status: ServicesStatus): ServicesJson {
  return { ...status, up: status.services.every(({ ready }) => ready) };
}
