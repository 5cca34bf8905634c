/** JSON of `thaw init`. Public API. */
export interface InitJson {
  /** Absolute path of the run file that was written. */
  readonly runFile: string;
  /** The model's name in it. */
  readonly model: string;
}
