/** What aliases of models mean: pointing them at versions, taking that back, and who did what when. */
import { ThawError } from "../../spec/errors.js";
import {
  type AliasDecision,
  MOST_OF_A_NOTE,
  type NewDecision,
  rollbackTarget,
} from "../../spec/records/aliasDecision.js";
import type { DamagedRecord } from "../../spec/records/damaged.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { ModelProof } from "../../spec/records/proof.js";
import type { DepthDecision } from "../../spec/retraining/depthDecision.js";
import type { Store } from "../../store/connection/connection.js";
import { unlessDamaged } from "../../store/record.js";
import {
  aliasHistory,
  aliasNames,
  decideAlias,
  listAliases,
  readAlias,
} from "../../store/records/aliases.js";
import { proofRef } from "../../store/records/proofs.js";
import { readModel, readRun } from "../../store/records/records.js";
import { whoAmI } from "../whoAmI.js";
import { type Doubts, doubtsIn, doubtsOf } from "./doubts.js";
import { resolveModel } from "./reference.js";
import { requireModel } from "./requireModel.js";

/** The alias of the version in use, unless another one is named. */
export const CHAMPION = "champion";

/** Words that mean something else where a version may stand. */
const RESERVED = /^(v?\d+|latest)$/;
const ALIAS = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/;

/** An entry of a log that was made, and of which alias. */
export interface MovedAlias extends Doubts {
  readonly model: string;
  readonly alias: string;
  readonly decision: AliasDecision;
  /** Whether it was added by this call; false where the alias meant that version already. */
  readonly added: boolean;
}

/**
 * Points an alias at the version that `ref` means; it may have pointed elsewhere, or be damaged.
 * @param ref like that of {@link resolveModel}
 * @param decided.proof what the decision stands on
 * @throws ThawError USAGE (the alias), NOT_FOUND, ALIAS_MOVED, STORE_…
 */
export async function promote(
  store: Store,
  ref: string,
  alias: string = CHAMPION,
  { note, proof }: { readonly note?: string; readonly proof?: ModelProof } = {},
): Promise<MovedAlias> {
  if (!ALIAS.test(alias) || RESERVED.test(alias)) {
    throw new ThawError("USAGE", `"${alias}" cannot be an alias`, {
      hint: "use up to 40 lower-case letters, digits and dashes, for example champion; numbers are versions",
    });
  }
  checkNote(note);
  const model = await resolveModel(store, ref);
  const newest = (await aliasHistory(store, model.name, alias)).at(-1);
  if (newest?.version === model.version && note === undefined && proof === undefined)
    return { model: model.name, alias, decision: newest, added: false, ...(await doubtsOf(store, model)) };
  return move(store, model, alias, { how: "manual", ...given(note), ...evidenceOf(proof) });
}

/**
 * Points an alias at the version that it meant before, or at one that is named: one more entry, never a removed one.
 * @param to the version; see {@link rollbackTarget} when left out
 * @throws ThawError NOT_FOUND (the model, the alias, a version before), ALIAS_MOVED, STORE_…
 */
export async function rollback(
  store: Store,
  name: string,
  {
    alias = CHAMPION,
    to,
    note,
  }: { readonly alias?: string; readonly to?: number; readonly note?: string } = {},
): Promise<MovedAlias> {
  checkNote(note);
  const damaged: DamagedRecord[] = [];
  const log = await knownLog(store, name, alias, damaged);
  const [fault] = damaged;
  if (to === undefined && fault !== undefined) {
    throw new ThawError(
      "ARTIFACT_CORRUPT",
      `what ${name}@${alias} meant before cannot be told: ${fault.why}`,
      {
        hint: `name the version: \`thaw rollback ${name} --to VERSION\``,
        record: fault.record,
      },
    );
  }
  const target = to ?? rollbackTarget(log);
  if (target === undefined) {
    const now = log.at(-1)?.version;
    throw new ThawError(
      "NOT_FOUND",
      `${name}@${alias} meant no other version before ${now ?? "it was removed"}`,
      {
        hint: `name one: \`thaw rollback ${name} --to VERSION\`; \`thaw models ${name}\` lists them`,
      },
    );
  }
  const model = await resolveModel(store, `${name}@${target}`);
  return move(store, model, alias, { how: "rollback", ...given(note) }, log.at(-1)?.seq);
}

const given = (note: string | undefined) => (note === undefined ? {} : { note });

const evidenceOf = (proof: ModelProof | undefined) =>
  proof === undefined ? {} : { evidence: proofRef(proof) };

function checkNote(note: string | undefined): void {
  if (note === undefined || (note.trim() !== "" && note.length <= MOST_OF_A_NOTE)) return;
  throw new ThawError(
    "USAGE",
    `a note has 1 to ${MOST_OF_A_NOTE} characters, this one has ${note.trim().length}`,
    {
      hint: "leave it out, or put what is longer where a link can point",
    },
  );
}

async function move(
  store: Store,
  model: ModelVersion,
  alias: string,
  decided: Pick<NewDecision, "how" | "note" | "evidence">,
  expected?: number,
): Promise<MovedAlias> {
  const { name, version } = model;
  const run = await unlessDamaged(readRun(store, model.runId), []);
  const report = run?.artifacts.report;
  const at = new Date().toISOString();
  const decision = await decideAlias(
    store,
    name,
    alias,
    {
      ...{ version, at, by: whoAmI(), ...decided },
      ...(report === undefined ? {} : { reportDigest: report.digest }),
    },
    expected,
  );
  return { model: name, alias, decision, added: decision.at === at, ...doubtsIn(run) };
}

/** @param ref `NAME@ALIAS` @throws ThawError USAGE, NOT_FOUND, ALIAS_MOVED, STORE_… */
export async function dropAlias(store: Store, ref: string): Promise<{ model: string; alias: string }> {
  const [, model, alias] = /^([^@/]+)@([^@/]+)$/.exec(ref) ?? [];
  if (model === undefined || alias === undefined) {
    throw new ThawError("USAGE", `"${ref}" names no alias`, { hint: "write NAME@ALIAS" });
  }
  await requireModel(store, model);
  const damaged: DamagedRecord[] = [];
  const known = await unlessDamaged(readAlias(store, model, alias), damaged);
  if (known === undefined && damaged.length === 0) {
    const aliases = (await listAliases(store, model)).map((other) => other.alias);
    throw new ThawError("NOT_FOUND", `model ${model} has no alias ${alias}`, {
      hint: aliases.length === 0 ? "it has none at all" : `it has: ${aliases.join(", ")}`,
    });
  }
  await decideAlias(store, model, alias, {
    ...{ version: null, at: new Date().toISOString(), by: whoAmI(), how: "manual" },
  });
  return { model, alias };
}

export interface ModelHistory {
  readonly model: string;
  /** By the alias' name; each log oldest first. */
  readonly aliases: readonly { readonly alias: string; readonly log: readonly AliasDecision[] }[];
  /** How deep the versions in them were trained; of those that a look did not train, and that were trained in full as asked for, there is nothing to say. */
  readonly depths: readonly DepthOfVersion[];
  readonly damaged: readonly DamagedRecord[];
}

/** How deep a retraining trained a version, and why. */
export type DepthOfVersion = DepthDecision & { readonly version: number };

/**
 * Who pointed a model's aliases where, and why.
 * @param alias only this one; all that the model has or had when left out
 * @throws ThawError NOT_FOUND, STORE_…
 */
export async function modelHistory(store: Store, name: string, alias?: string): Promise<ModelHistory> {
  await requireModel(store, name);
  const damaged: DamagedRecord[] = [];
  const names = alias === undefined ? await aliasNames(store, name) : [alias];
  const aliases = await Promise.all(
    names.map(async (each) => ({ alias: each, log: await knownLog(store, name, each, damaged) })),
  );
  return { model: name, aliases, depths: await depthsIn(store, name, aliases), damaged };
}

/** A version whose record is damaged or gone has none: `thaw models` names it. */
async function depthsIn(
  store: Store,
  name: string,
  aliases: ModelHistory["aliases"],
): Promise<readonly DepthOfVersion[]> {
  const versions = aliases.flatMap(({ log }) => log.flatMap(({ version }) => version ?? []));
  const read = [...new Set(versions)]
    .toSorted((one, other) => one - other)
    .map(async (version) => {
      const depth = (await unlessDamaged(readModel(store, name, version), []))?.depth;
      return depth === undefined ? [] : [{ version, ...depth }];
    });
  return (await Promise.all(read)).flat();
}

async function knownLog(
  store: Store,
  name: string,
  alias: string,
  damaged: DamagedRecord[],
): Promise<readonly AliasDecision[]> {
  await requireModel(store, name);
  const log = await aliasHistory(store, name, alias, damaged);
  if (log.length + damaged.length > 0) return log;
  const others = await aliasNames(store, name);
  throw new ThawError("NOT_FOUND", `model ${name} has no alias ${alias}, and never had`, {
    hint:
      others.length === 0
        ? `\`thaw promote ${name}\` makes its newest version the champion`
        : `it has: ${others.join(", ")}`,
  });
}
