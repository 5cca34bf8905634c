/** Decides which activations are kept on this machine, and makes room for them. */
import { mkdir, rm } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { makeRoom, type ScratchRoom, spareBytes } from "../../files/scratch.js";
import { type KeptActivations, keptSentence } from "../../spec/records/features.js";
import { chooseKept, type KeepCandidate } from "../bases/activationSizes.js";
import type { StageContext } from "../stages/job.js";
import { isKept } from "./kept.js";

/** A file that may be kept. */
export interface KeptFile extends KeepCandidate {
  readonly path: string;
}

export interface Keeping {
  /** Names of those that are there or are to be written. */
  readonly kept: ReadonlySet<string>;
  /** Names of those that are not there. */
  readonly missing: ReadonlySet<string>;
  readonly said: KeptActivations;
}

/**
 * Files that are there and do not fit go.
 * @param last folders of the scratch that go only when nothing else does
 */
export async function chooseFiles(
  context: Pick<StageContext, "folders" | "room" | "onProgress">,
  candidates: readonly KeptFile[],
  last: readonly string[] = [],
): Promise<Keeping> {
  const there = new Set<string>();
  for (const { name, path } of candidates) if (await isKept(path, context.onProgress)) there.add(name);
  const thereBytes = bytesOf(candidates.filter(({ name }) => there.has(name)));
  const chosenFor = ({ within, own, free }: ScratchRoom) =>
    chooseKept(candidates, within - (own - thereBytes), free, there);
  const room = await roomOf(context, (most) => Math.max(0, bytesOf(chosenFor(most)) - thereBytes), last);
  const chosen = chosenFor(room);
  const kept = new Set(chosen.map(({ name }) => name));
  for (const { name, path } of candidates) {
    if (!there.has(name) || kept.has(name)) continue;
    await rm(path, { force: true });
    there.delete(name);
  }
  const missing = new Set(candidates.map(({ name }) => name).filter((name) => !there.has(name)));
  const recomputed = candidates.map(({ name }) => name).filter((name) => !kept.has(name));
  const said: KeptActivations = {
    bytes: bytesOf(chosen),
    wanted: bytesOf(candidates),
    kept: [...kept],
    recomputed,
  };
  if (recomputed.length > 0) context.onProgress({ phase: keptSentence(said), step: 0, total: 1 });
  return { kept, missing, said };
}

const bytesOf = (files: readonly KeepCandidate[]): number => files.reduce((sum, { bytes }) => sum + bytes, 0);

/** Without a budget, e.g. in a bench, the disk alone decides. */
async function roomOf(
  { folders, room }: Pick<StageContext, "folders" | "room">,
  wanted: (most: ScratchRoom) => number,
  last: readonly string[],
): Promise<ScratchRoom> {
  await mkdir(folders.scratch, { recursive: true });
  if (room === undefined)
    return { within: Number.POSITIVE_INFINITY, own: 0, free: await spareBytes(folders.scratch) };
  const [entry = ""] = relative(room.folder, folders.scratch).split(sep);
  return makeRoom(room.folder, join(room.folder, entry), room.budget, wanted, last);
}
