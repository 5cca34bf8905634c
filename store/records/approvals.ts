/** Questions to people about versions of models, and what became of them: a record each. */
import type { DamagedRecord } from "../../spec/records/damaged.js";
import { type Approval, type ApprovalRequest, approvalId } from "../../spec/retraining/approval.js";
import { approvalSchema } from "../../spec/schemas/store/approval.js";
import type { Store } from "../connection/connection.js";
import { listNames } from "../json.js";
import { readRecord, unlessDamaged, withoutSeal, writeRecord } from "../record.js";

const ROOT = "approvals/";
/** A version may be asked about again once the question before is over. Sorted by time. */
const recordName = ({ request: { model, version }, since }: Pick<Approval, "request" | "since">): string =>
  `${ROOT}${model}-v${version}/${since.replace(/[-:]/g, "")}.json`;

/** A repeated attempt writes the same record again. @throws ThawError STORE_… */
export async function writeApproval(store: Store, approval: Approval): Promise<void> {
  await writeRecord(store, recordName(approval), approval);
}

/** The newest question about a version. @returns undefined when there was none @throws ThawError ARTIFACT_CORRUPT, STORE_… */
export async function readApproval(
  store: Store,
  model: string,
  version: number,
): Promise<Approval | undefined> {
  const name = (await listNames(store, `${ROOT}${model}-v${version}/`)).at(-1);
  return name === undefined ? undefined : readNamed(store, name);
}

/** Of questions about older versions for the same alias that nobody has answered: the workflows that ask. @throws ThawError STORE_… */
export async function olderApprovals(
  store: Store,
  { model, version, alias }: Pick<ApprovalRequest, "model" | "version" | "alias">,
): Promise<string[]> {
  const newest = new Map<number, string>();
  for (const name of await listNames(store, `${ROOT}${model}-v`)) {
    const [, of, number] = /^approvals\/(.+)-v(\d+)\/[^/]+\.json$/.exec(name) ?? [];
    if (of === model && Number(number) < version) newest.set(Number(number), name);
  }
  const read = await Promise.all(
    [...newest.values()].map((name) => unlessDamaged(readNamed(store, name), [])),
  );
  return read.flatMap((approval) =>
    approval === undefined || approval.outcome !== undefined || approval.request.alias !== alias
      ? []
      : [approvalId(model, approval.request.version)],
  );
}

/** @param damaged gets those that cannot be read */
export async function readApprovals(
  store: Store,
  versions: readonly { readonly model: string; readonly version: number }[],
  damaged: DamagedRecord[],
): Promise<Approval[]> {
  const read = await Promise.all(
    versions.map(({ model, version }) => unlessDamaged(readApproval(store, model, version), damaged)),
  );
  return read.filter((approval) => approval !== undefined);
}

async function readNamed(store: Store, name: string): Promise<Approval | undefined> {
  const approval = await readRecord<Approval>(store, name, {
    schema: approvalSchema,
    what: "the record of a version that a person is asked about",
    remedy: "put it back from a copy; the question itself goes on without it",
    fault: (known) =>
      recordName(known) === name ? undefined : `it is of ${known.workflowId}, ${known.since}`,
  });
  return approval && withoutSeal(approval);
}
