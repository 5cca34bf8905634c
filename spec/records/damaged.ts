/** A record in the store that cannot be read. */
export interface DamagedRecord {
  /** Its key in the bucket. */
  readonly record: string;
  /** What is wrong with it, as a sentence. */
  readonly why: string;
  /** What to do about it. */
  readonly hint?: string;
}
