/** What a command that fails writes to stderr under `--json`, on one line. */

export interface ErrorLineJson {
  readonly error: ErrorJson;
}

export interface ErrorJson {
  /** Stable; `USAGE` for a wrong command line, `UNEXPECTED` for a bug, else a code of `spec/errors.ts`. */
  readonly code: string;
  /** What is wrong, and where. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  /** 1 the run failed, 2 wrong usage or input, 4 platform unreachable. */
  readonly exitCode: number;
}
