/**
 * Names for versions of a model that can be moved on: `digits@champion`. An alias is a log of decisions to which entries are
 * only ever added, each by a conditional put: of two that are made at once, one is.
 */
import { ThawError } from "../../spec/errors.js";
import type { AliasDecision, NewDecision } from "../../spec/records/aliasDecision.js";
import type { DamagedRecord } from "../../spec/records/damaged.js";
import { aliasDecisionSchema, aliasSchema } from "../../spec/schemas/store/small.js";
import type { Store } from "../connection/connection.js";
import { listNames } from "../json.js";
import { readRecord, unlessDamaged, withoutSeal, writeRecordOnce } from "../record.js";

/** Where an alias points, and since when. */
export interface Alias {
  readonly alias: string;
  readonly version: number;
  /** ISO 8601. */
  readonly since: string;
}

const folder = (model: string): string => `models/${model}/aliases/`;
/** What thaw wrote before there was a log: the log's entry 0. */
const oldName = (model: string, alias: string): string => `${folder(model)}${alias}.json`;
const entryName = (model: string, alias: string, seq: number): string =>
  `${folder(model)}${alias}/${String(seq).padStart(6, "0")}.json`;

/** @returns undefined when there is none of that name @throws ThawError ARTIFACT_CORRUPT, STORE_… */
export async function readAlias(store: Store, model: string, alias: string): Promise<Alias | undefined> {
  return pointing(alias, await newestDecision(store, model, alias));
}

/** All aliases of a model, by name. @param damaged gets those whose newest entry cannot be read */
export async function listAliases(
  store: Store,
  model: string,
  damaged: DamagedRecord[] = [],
): Promise<Alias[]> {
  const entries = [...(await entriesOf(store, model))];
  const found = await Promise.all(
    entries.map(async ([alias, seqs]) => {
      const read = readEntry(store, model, alias, seqs.at(-1) ?? 0);
      const decision = await unlessDamaged(read, damaged);
      return decision === undefined ? undefined : pointing(alias, decision);
    }),
  );
  return found.filter((alias) => alias !== undefined);
}

/** The newest entry of an alias' log, which says what it means. @throws ThawError ARTIFACT_CORRUPT, STORE_… */
export async function newestDecision(
  store: Store,
  model: string,
  alias: string,
): Promise<AliasDecision | undefined> {
  const newest = (await entriesOf(store, model)).get(alias)?.at(-1);
  return newest === undefined ? undefined : readEntry(store, model, alias, newest);
}

/** The log of an alias, oldest first; empty when there never was one. @param damaged gets entries that cannot be read */
export async function aliasHistory(
  store: Store,
  model: string,
  alias: string,
  damaged: DamagedRecord[] = [],
): Promise<AliasDecision[]> {
  const seqs = (await entriesOf(store, model)).get(alias) ?? [];
  const read = await Promise.all(
    seqs.map((seq) => unlessDamaged(readEntry(store, model, alias, seq), damaged)),
  );
  return read.filter((decision) => decision !== undefined);
}

/** Names of the aliases that a model has or had, sorted. */
export async function aliasNames(store: Store, model: string): Promise<string[]> {
  return [...(await entriesOf(store, model)).keys()];
}

/**
 * Adds a decision to an alias' log. One that says what the newest says already, in the same way and on the same evidence, is
 * not added again: a repeated attempt changes nothing.
 * @param expected number of the entry that the decision was made upon, 0 for none; whatever is newest when left out
 * @throws ThawError ALIAS_MOVED when there is a later entry than that, STORE_…
 */
export async function decideAlias(
  store: Store,
  model: string,
  alias: string,
  decision: NewDecision,
  expected?: number,
): Promise<AliasDecision> {
  const newest = await newestEntry(store, model, alias);
  if (newest.decision !== undefined && saysTheSame(newest.decision, decision)) return newest.decision;
  if (expected !== undefined && newest.seq !== expected) throw moved(model, alias, newest.decision);
  const entry: AliasDecision = {
    ...decision,
    seq: newest.seq + 1,
    before: newest.decision?.version ?? null,
  };
  if ((await writeRecordOnce(store, entryName(model, alias, entry.seq), entry)) !== undefined) return entry;
  const { decision: other } = await newestEntry(store, model, alias);
  if (other !== undefined && saysTheSame(other, decision)) return other;
  throw moved(model, alias, other);
}

/** @returns with `seq` 0 and no decision where there is no log yet; without a decision where the newest entry is damaged */
async function newestEntry(
  store: Store,
  model: string,
  alias: string,
): Promise<{ readonly seq: number; readonly decision?: AliasDecision }> {
  const seq = (await entriesOf(store, model)).get(alias)?.at(-1);
  if (seq === undefined) return { seq: 0 };
  const decision = await unlessDamaged(readEntry(store, model, alias, seq), []);
  return { seq, ...(decision === undefined ? {} : { decision }) };
}

function saysTheSame(a: AliasDecision, b: NewDecision): boolean {
  const [one, other] = [a, b].map(({ version, how, evidence, note }) => [
    version,
    how,
    evidence?.digest,
    note,
  ]);
  return JSON.stringify(one) === JSON.stringify(other);
}

function moved(model: string, alias: string, other: AliasDecision | undefined): ThawError {
  const where =
    other === undefined
      ? "somebody else"
      : `${other.by} (${other.version === null ? "removed" : `version ${other.version}`}, ${other.at})`;
  return new ThawError("ALIAS_MOVED", `${model}@${alias} was moved meanwhile by ${where}`, {
    hint: `\`thaw models history ${model}\` shows what it means now; decide again upon that`,
  });
}

/** Numbers of each alias' entries, ascending, by the alias' name. */
async function entriesOf(store: Store, model: string): Promise<ReadonlyMap<string, readonly number[]>> {
  const entries = new Map<string, number[]>();
  for (const name of await listNames(store, folder(model))) {
    const [, alias, seq] = /^([^/]+?)(?:\/(\d{6}))?\.json$/.exec(name.slice(folder(model).length)) ?? [];
    if (alias === undefined) continue;
    entries.set(
      alias,
      [...(entries.get(alias) ?? []), Number(seq ?? 0)].sort((a, b) => a - b),
    );
  }
  return new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function readEntry(
  store: Store,
  model: string,
  alias: string,
  seq: number,
): Promise<AliasDecision | undefined> {
  const what = `the alias ${model}@${alias}`;
  const remedy = `point it anew: \`thaw models alias ${model}@VERSION ${alias}\``;
  if (seq > 0) {
    const entry = await readRecord(store, entryName(model, alias, seq), {
      schema: aliasDecisionSchema,
      what,
      remedy,
      fault: (entry) => (entry.seq === seq ? undefined : `it is entry ${entry.seq}`),
    });
    return entry && withoutSeal(entry);
  }
  const old = await readRecord(store, oldName(model, alias), { schema: aliasSchema, what, remedy });
  return old && { ...withoutSeal(old), seq: 0, before: null, at: old.since, by: "unknown", how: "manual" };
}

function pointing(alias: string, decision: AliasDecision | undefined): Alias | undefined {
  if (decision === undefined || decision.version === null) return undefined;
  return { alias, version: decision.version, since: decision.at };
}
