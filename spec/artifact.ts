/** References to what stages have committed. */

/** A committed artifact: the key says what it depends on, the digest what it contains. Both SHA-256 hex. */
export interface ArtifactRef {
  /** Kind of stage that made it, e.g. `tune`. */
  readonly kind: string;
  readonly key: string;
  readonly digest: string;
}
