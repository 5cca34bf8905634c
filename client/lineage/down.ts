/** Downwards: what was made of a version or a run, and who decided what on it. */

import { type LineageNode, withNodes } from "../../spec/lineageTree.js";
import type { RunResult } from "../../spec/pipeline/run.js";
import type { ModelVersion } from "../../spec/records/model.js";
import { labelOf, type StoreRecords } from "./records.js";

/** Aliases that mean or meant it, proofs, versions that stand on it, runs that gave it again. */
export function downOfVersion(records: StoreRecords, version: ModelVersion): readonly LineageNode[] {
  const label = labelOf(version);
  const again = [...records.runs.values()].filter(
    ({ runId, model, version: given }) =>
      model === version.name && given === version.version && runId !== version.runId,
  );
  return [
    ...decisionsOn(records, version),
    ...proofsOn(records, version),
    ...records.versions
      .filter(({ baseSpec }) => baseSpec?.lineage.includes(label))
      .map((other) => modelNode(other, "base-of")),
    ...splitsKeptBy(records, version),
    ...again.map(({ runId }) => ({ kind: "run", name: runId, relation: "given-again-by" }) as const),
    ...goneOnWith(records, version.runId),
  ];
}

/** The version that it registered or gave again, with what was made of that. */
export function downOfRun(records: StoreRecords, run: RunResult): readonly LineageNode[] {
  const version = records.versions.find(({ name, version }) => name === run.model && version === run.version);
  if (version === undefined) return goneOnWith(records, run.runId);
  if (version.runId !== run.runId) {
    const text = `which ${version.runId} had registered: the weights are the same`;
    return [{ ...modelNode(version, "registered"), text }, ...goneOnWith(records, run.runId)];
  }
  return [withNodes(modelNode(version, "registered"), downOfVersion(records, version))];
}

function modelNode(version: ModelVersion, relation: NonNullable<LineageNode["relation"]>): LineageNode {
  return { kind: "model", name: labelOf(version), relation, at: version.createdAt };
}

function goneOnWith({ runs }: StoreRecords, runId: string): readonly LineageNode[] {
  return [...runs.values()]
    .filter(({ resumedFrom }) => resumedFrom === runId)
    .map((run) => ({ kind: "run", name: run.runId, relation: "gone-on-with-by" }));
}

function splitsKeptBy({ versions, manifests }: StoreRecords, version: ModelVersion): readonly LineageNode[] {
  const own = version.artifacts.ingest?.digest;
  if (own === undefined) return [];
  return versions
    .filter(({ artifacts: { ingest } }) => {
      const kept = manifests.get(ingest?.key ?? "")?.parameters.kept;
      return Array.isArray(kept) && kept.includes(own);
    })
    .map((other) => modelNode(other, "splits-kept-by"));
}

/** Every time that an alias came to mean the version, the newest last. */
export function decisionsOn(
  { aliases }: Pick<StoreRecords, "aliases">,
  { name, version }: Pick<ModelVersion, "name" | "version">,
): readonly LineageNode[] {
  return aliases
    .filter(({ model }) => model === name)
    .flatMap(({ alias, log }) =>
      log.flatMap((decision, index) => {
        if (decision.version !== version) return [];
        const next = log[index + 1];
        const { at, how, by, note } = decision;
        const until = next === undefined ? "" : `, until ${next.at}`;
        return [
          {
            ...({ kind: "decision", name: `${name}@${alias}`, relation: "meant-by" } as const),
            ...{
              at,
              now: next === undefined,
              text: `${how}, by ${by}${until}${note === undefined ? "" : `: ${note}`}`,
            },
          },
        ];
      }),
    );
}

function proofsOn({ proofs }: StoreRecords, { name, version }: ModelVersion): readonly LineageNode[] {
  return proofs
    .filter(({ model }) => model === name)
    .flatMap(({ seq, at, championVersion, challengerVersion, sentence }) => {
      const relation =
        challengerVersion === version
          ? "challenger-in"
          : championVersion === version
            ? "champion-in"
            : undefined;
      if (relation === undefined) return [];
      const text = `${name}@${challengerVersion} against ${name}@${championVersion}: ${sentence}`;
      return [{ kind: "proof", name: `proof ${seq}`, relation, at, text } as const];
    });
}
