/** Finds what a digest is of, by all that the store's manifests and records say. */
import { ThawError } from "../../spec/errors.js";
import { type LineageNode, withNodes } from "../../spec/lineageTree.js";
import type { DamagedRecord } from "../../spec/records/damaged.js";
import type { ArtifactManifest } from "../../store/artifacts/artifacts.js";
import type { Store } from "../../store/connection/connection.js";
import { unlessDamaged } from "../../store/record.js";
import { listBaseNames, listBaseVersions, readBase } from "../../store/records/bases.js";
import { proofRef } from "../../store/records/proofs.js";
import { madeFrom } from "../bases/madeFrom.js";
import { findIn, imagesOf } from "./images.js";
import { labelOf, type StoreRecords } from "./records.js";
import { datasetNode } from "./up.js";

/** SHA-256, or a beginning that is long enough to mean something. */
const DIGEST = /^(?:sha256:)?([0-9a-f]{6,64})$/i;

/** The hexadecimal digits of what may be a digest. */
export function digestIn(ref: string): string | undefined {
  return DIGEST.exec(ref)?.[1]?.toLowerCase();
}

export interface DigestLineage {
  readonly digest: string;
  /** Each artifact of that digest, with its inputs: two of equal content may be made of different things. */
  readonly up: readonly LineageNode[];
  readonly down: readonly LineageNode[];
}

/** A digest that begins as was asked, what it is of, and what that was made of. */
interface Found {
  readonly digest: string;
  readonly node: LineageNode;
  readonly up?: readonly LineageNode[];
}

/**
 * @param records with the manifests of all artifacts
 * @param damaged gets what cannot be read and might have it
 * @returns undefined where nothing has a digest that begins like that
 * @throws ThawError NOT_FOUND where several do, with them; ARTIFACT_CORRUPT, STORE_…
 */
export async function lineageOfDigest(
  store: Store,
  records: StoreRecords,
  prefix: string,
  damaged: DamagedRecord[],
): Promise<DigestLineage | undefined> {
  const found = [
    ...[...records.manifests.values()].flatMap((manifest) => inManifest(records, manifest, prefix)),
    ...inRecords(records, prefix),
    ...(await inBases(store, prefix, damaged)),
    ...(await inImages(store, records, prefix, damaged)),
  ].filter(({ digest }) => digest.startsWith(prefix));
  const digests = [...new Set(found.map(({ digest }) => digest))].sort();
  const [only] = digests;
  if (only === undefined) return undefined;
  if (digests.length > 1) {
    throw new ThawError("NOT_FOUND", `${digests.length} digests begin with "${prefix}"`, {
      hint: `write more of it: ${digests.slice(0, 5).join(", ")}${digests.length > 5 ? ", …" : ""}`,
    });
  }
  return { digest: only, up: found.flatMap(({ up = [] }) => up), down: found.map(({ node }) => node) };
}

/** The artifact itself, by key or digest; files in it; its source. */
function inManifest(records: StoreRecords, manifest: ArtifactManifest, prefix: string): readonly Found[] {
  const { kind, key, digest, files, inputs } = manifest;
  const self = { kind: kind === "ingest" ? "dataset" : "artifact", name: kind, digest, key } as const;
  const holders = (): readonly LineageNode[] => [...heldBy(records, digest), ...inputOf(records, digest)];
  const isMeant = [digest, key].find((one) => one.startsWith(prefix));
  const made =
    isMeant === undefined
      ? []
      : [
          {
            digest: isMeant,
            node: withNodes(self, holders()),
            up: [withNodes(self, inputsOf(records, manifest))],
          },
        ];
  const held = files
    .filter((file) => file.digest.startsWith(prefix))
    .map(({ name, digest: object }) => ({
      digest: object,
      node: withNodes({ ...self, relation: "held-by", text: `as ${name}` }, holders()),
    }));
  const { source } = inputs;
  const read =
    kind === "ingest" && source?.startsWith(prefix) === true
      ? [{ digest: source, node: withNodes(datasetNode(records, manifest, "source-of"), holders()) }]
      : [];
  return [...made, ...held, ...read];
}

/** What the artifact was made of, down to the images. */
function inputsOf(
  records: StoreRecords,
  manifest: ArtifactManifest,
  seen = new Set<string>(),
): readonly LineageNode[] {
  if (manifest.kind === "ingest") return datasetNode(records, manifest, "input").nodes ?? [];
  return Object.entries(manifest.inputs).map(([name, digest]) => {
    const input = [...records.manifests.values()].find((one) => one.digest === digest);
    const node = {
      kind: name === "ingest" ? "dataset" : "artifact",
      name,
      relation: "input",
      digest,
    } as const;
    // What several stages read is told once.
    if (input === undefined || seen.has(digest)) return node;
    seen.add(digest);
    return withNodes({ ...node, key: input.key }, inputsOf(records, input, seen));
  });
}

/** Versions that have the artifact, and runs that have it and registered none of these. */
function heldBy({ versions, runs }: StoreRecords, digest: string): readonly LineageNode[] {
  const has = ({ artifacts }: Pick<(typeof versions)[number], "artifacts">): boolean =>
    Object.values(artifacts).some((ref) => ref.digest === digest);
  const holding = versions.filter((version) => has(runs.get(version.runId) ?? version));
  const registered = new Set(holding.map(({ runId }) => runId));
  return [
    ...holding.map((version) => ({ kind: "model", name: labelOf(version), relation: "held-by" }) as const),
    ...[...runs.values()]
      .filter((run) => has(run) && !registered.has(run.runId))
      .map(({ runId }) => ({ kind: "run", name: runId, relation: "held-by" }) as const),
  ];
}

function inputOf({ manifests }: StoreRecords, digest: string): readonly LineageNode[] {
  return [...manifests.values()]
    .filter(({ inputs }) => Object.values(inputs).includes(digest))
    .map((one) => ({
      ...({
        kind: one.kind === "ingest" ? "dataset" : "artifact",
        name: one.kind,
        relation: "input-of",
      } as const),
      ...{ digest: one.digest, key: one.key },
    }));
}

/** Checkpoints and bases of versions, uploads, proofs. */
function inRecords(records: StoreRecords, prefix: string): readonly Found[] {
  const { versions, uploads, proofs, aliases } = records;
  const ofBases = versions.flatMap((version) => {
    const { base, checkpoint } = madeFrom(version);
    const node = { kind: "model", name: labelOf(version), relation: "base-of", text: `by ${base}` } as const;
    return [checkpoint, version.baseSpec?.digest].flatMap((digest) =>
      digest?.startsWith(prefix) === true ? [{ digest, node }] : [],
    );
  });
  const ofUploads = [...uploads].flatMap(([runId, digest]) =>
    digest.startsWith(prefix)
      ? [{ digest, node: { kind: "run", name: runId, relation: "source-of" } as const }]
      : [],
  );
  const ofProofs = proofs.flatMap((proof) => {
    const { record, digest } = proofRef(proof);
    if (!digest.startsWith(prefix)) return [];
    const decisions = aliases.flatMap(({ model, alias, log }) =>
      log.flatMap(({ at, seq, evidence }) =>
        evidence?.record === record
          ? [
              {
                kind: "decision",
                name: `${model}@${alias}`,
                relation: "evidence-of",
                at,
                text: `entry ${seq}`,
              } as const,
            ]
          : [],
      ),
    );
    const node = {
      kind: "proof",
      name: `proof ${proof.seq} of ${proof.model}`,
      at: proof.at,
      text: proof.sentence,
    } as const;
    return [{ digest, node: withNodes(node, decisions) }];
  });
  return [...ofBases, ...ofUploads, ...ofProofs];
}

async function inBases(store: Store, prefix: string, damaged: DamagedRecord[]): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const name of await listBaseNames(store)) {
    for (const version of await listBaseVersions(store, name)) {
      const base = await unlessDamaged(readBase(store, name, version), damaged);
      const { digest } = base?.checkpoint ?? {};
      if (digest?.startsWith(prefix) !== true) continue;
      found.push({ digest, node: { kind: "base", name: `${name}@${version}`, relation: "held-by", digest } });
    }
  }
  return found;
}

async function inImages(
  store: Store,
  records: StoreRecords,
  prefix: string,
  damaged: DamagedRecord[],
): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const manifest of records.manifests.values()) {
    if (manifest.kind !== "ingest") continue;
    const images = await imagesOf(store, manifest, damaged);
    for (const node of findIn(records, manifest, images, { sha256: (digest) => digest.startsWith(prefix) }))
      found.push({ digest: node.digest ?? "", node });
  }
  return found;
}
