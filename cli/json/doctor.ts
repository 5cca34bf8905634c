/** JSON of `thaw doctor`. Public API. */

export interface DoctorJson {
  /** False when something that `thaw` needs is missing or does not answer. */
  readonly healthy: boolean;
  readonly checks: readonly CheckJson[];
}

export interface CheckJson {
  readonly name: string;
  /** What it is for, in one line. */
  readonly purpose: string;
  readonly state: "ok" | "missing" | "optional";
  /** Path, address or URL. */
  readonly where?: string;
  readonly version?: string;
  readonly problem?: string;
  /** The command that mends it. */
  readonly fix?: string;
}
