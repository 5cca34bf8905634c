/**
 * Seals of records: SHA-256 over a record's key in the bucket and all that it says. A record that was damaged, edited,
 * written in part or put in another one's place does not match its seal. Whoever may write to the bucket can seal anew.
 */
import { canonicalJson, sha256 } from "./artifacts/keys.js";

export interface Seal {
  readonly seal: string;
}

/** @param name key in the bucket @param value what JSON can carry; a seal of its own is replaced */
export function sealed<Value extends object>(name: string, value: Value): Value & Seal {
  return { ...value, seal: sealOf(name, value) };
}

function sealOf(name: string, value: object): string {
  const { seal: _seal, ...content } = value as Partial<Seal>;
  // It is read back as JSON, so the seal is over what JSON can carry.
  return sha256(canonicalJson([name, JSON.parse(JSON.stringify(content))]));
}

/** What is wrong with a record's seal; older records have none, and nobody can tell whether they were changed. */
export function sealFault(name: string, value: object): string | undefined {
  const { seal } = value as Partial<Seal>;
  if (seal === undefined || seal === sealOf(name, value)) return undefined;
  return "it does not match its seal, so it was changed after it was written";
}
