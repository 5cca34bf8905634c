/** What became of a case, as the child that reads it tells. */

export interface Verdict {
  readonly index: number;
  readonly outcome: "decoded" | "refused" | "failed";
  /** The kind of reason of a refusal, or what was thrown instead of one. */
  readonly says?: string;
  /** Of the child's processor, for this case. */
  readonly cpuMs: number;
  /** The child's largest memory so far, in bytes. */
  readonly peak: number;
}

/** What a file is refused for, and the sentences that say so. */
const REASONS: Readonly<Record<string, RegExp>> = {
  damaged: /^it is damaged or cut short \(.+\)$/s,
  "another kind of file": /^(it is .+ \(JPEG, PNG, .+ can be read\)|the file is empty)$/,
  size: /^\d+ × \d+ pixels are too (few|many|long)/,
  memory:
    /^\d+ × \d+ pixels .+ take about \d+ MB to decode, and the limit is|^it has \d+ million floating-point samples/,
  "samples without a meaning":
    /\b(sample|samples)\b|^its (colours|way to store colours|brightness)|^it (is|does not say|is made of) .*(compressed|colours|mask|raw|inks|preview)/,
};
/** A sentence ends somewhere. */
const LONGEST = 1000;

/** @returns the kind of a reason; undefined for one that nobody has written */
export function kindOfReason(sentence: string): string | undefined {
  if (sentence.length > LONGEST || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(sentence)) return undefined;
  return Object.entries(REASONS).find(([, pattern]) => pattern.test(sentence))?.[0];
}
