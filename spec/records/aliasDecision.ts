/** An entry of an alias' log: which version it means from then on, who said so, and on what evidence. */
/** How a decision came about: by a policy, by a person who was asked, back to an earlier version, or by a command. */
export const WAYS_TO_DECIDE = ["automatic", "approved", "rollback", "manual"] as const;

/** Characters of a note: it stands in a table, and in the Temporal UI. */
export const MOST_OF_A_NOTE = 1000;

export interface AliasDecision {
  /** From 1, without gaps; 0 is what the record of an earlier thaw says, which kept no log. */
  readonly seq: number;
  /** The version that the alias means from now on; null: there is no such alias any more. */
  readonly version: number | null;
  /** The one that it meant before; null: none. */
  readonly before: number | null;
  /** ISO 8601. */
  readonly at: string;
  /** A claim of whoever wrote the entry; who may write is the store's business. */
  readonly by: string;
  readonly how: (typeof WAYS_TO_DECIDE)[number];
  /** Digest of the report on the version, as it was when the decision was made; absent without a version or report. */
  readonly reportDigest?: string;
  /** The proof that the decision stands on, where there is one: its key in the bucket, and the digest of what it says. */
  readonly evidence?: { readonly record: string; readonly digest: string };
  readonly note?: string;
}

/** A decision before it has its place in the log. */
export type NewDecision = Omit<AliasDecision, "seq" | "before">;

/**
 * The version that a roll-back leads to: the one that the alias meant before the version of now was promoted. Versions
 * that were rolled back from are not gone back to: a second roll-back goes further back, not forth again.
 * @param log oldest first
 * @returns undefined when there is nothing before
 */
export function rollbackTarget(log: readonly AliasDecision[]): number | undefined {
  const stack: number[] = [];
  for (const { version, how } of log) {
    if (version === null) {
      stack.length = 0;
      continue;
    }
    const known = how === "rollback" ? stack.lastIndexOf(version) : -1;
    if (known >= 0) stack.length = known + 1;
    else if (stack.at(-1) !== version) stack.push(version);
  }
  return stack.at(-2);
}
