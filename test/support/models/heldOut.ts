/** Whether what a version holds out was learned from by anything that it is made of. */
import assert from "node:assert/strict";
import { groupImages } from "../../../data/splits/groups.js";
import type { ArtifactRef } from "../../../spec/artifact.js";
import type { ImageRecord } from "../../../spec/records/dataset.js";
import type { ModelVersion } from "../../../spec/records/model.js";
import { readArtifactFile, requireManifest } from "../../../store/artifacts/artifacts.js";
import type { Store } from "../../../store/connection/connection.js";

/** The images of a data set. */
export async function recordsOf(
  store: Store,
  ingest: ArtifactRef | undefined,
): Promise<readonly ImageRecord[]> {
  assert.ok(ingest);
  const file = await readArtifactFile(store, await requireManifest(store, ingest), "images.jsonl");
  const lines = file.toString("utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as ImageRecord);
}

/** No image that is held out, nor a copy of one, was trained on or chosen by, here or in any data set that the base was tuned on. */
export async function heldOutIsUnseen(store: Store, { artifacts, baseSpec }: ModelVersion): Promise<void> {
  const own = await recordsOf(store, artifacts.ingest);
  const tunedOn = await Promise.all((baseSpec?.tunedOn ?? []).map((ref) => recordsOf(store, ref)));
  assert.ok(tunedOn.length > 0, "the base was tuned");
  const learned = [own, ...tunedOn].flat().filter(({ split }) => split !== "test");
  const heldOut = own.filter(({ split }) => split === "test");
  assert.ok(heldOut.length > 0);
  const all = [...heldOut, ...learned].map(({ sha256, phash }, index) => ({
    ...{ path: String(index), sha256, phash },
  }));
  for (const copies of groupImages(all).copies) {
    const sides = new Set(copies.map((index) => index < heldOut.length));
    assert.equal(sides.size, 1, `held out and learned: ${copies.map((index) => all[index]?.sha256).join()}`);
  }
}
