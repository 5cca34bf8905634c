/** Where a run is, and how long it will go on. */
import { availableParallelism } from "node:os";
import type { LiveStage } from "../../spec/pipeline/run.js";
import type { StageKind } from "../../spec/pipeline/stages.js";
import { findManifest } from "../../store/artifacts/artifacts.js";
import type { Store } from "../../store/connection/connection.js";
import { forecast, type Sample, type Workload } from "./estimate.js";
import { imagesIn, pastSamples, sizeOf } from "./samples.js";

export interface ToGo {
  /** The stage that runs or is next, from 1, among those that are not left out. */
  readonly stage: number;
  readonly of: number;
  /** Absent while it cannot be said. */
  readonly seconds?: number;
  /** Of stages side by side, where `seconds` is the least: nobody here knows how many of those to come will be so. */
  readonly isLeast?: true;
}

const OVER: ReadonlySet<string> = new Set(["done", "cached", "rolled-back", "failed", "cancelled"]);
const LEFT_OUT: ReadonlySet<string> = new Set(["skipped", "not-run"]);

const kindOf = (name: string): StageKind => name.replace(/-\d+$/, "") as StageKind;

/** @param workload undefined before the images have been counted */
export function toGo(
  stages: readonly LiveStage[],
  samples: readonly Sample[],
  workload: Workload | undefined,
  cpus: number,
): ToGo | undefined {
  const isDecided = stages.some(({ name, state }) => name === "recipe" && OVER.has(state));
  // Until the recipe has decided nobody knows whether there will be folds.
  const counted = stages.filter(
    ({ name, state }) => !LEFT_OUT.has(state) && (isDecided || kindOf(name) !== "fold"),
  );
  const over = counted.filter(({ state }) => OVER.has(state)).length;
  if (over === counted.length) return undefined;
  const position = { stage: over + 1, of: counted.length };
  const atWork = counted.filter(({ state }) => state === "running").length;
  if (workload === undefined) return position;
  const secondsOf = (stage: LiveStage): number =>
    OVER.has(stage.state)
      ? 0
      : leftOf(
          stage,
          forecast([{ name: stage.name, kind: kindOf(stage.name) }], workload, samples, cpus).seconds,
        );
  if (atWork < 2) return { ...position, seconds: counted.reduce((sum, stage) => sum + secondsOf(stage), 0) };
  // Of stages of unfreezing the recipe may yet leave any out.
  const certain = counted.filter(({ name }) => isDecided || kindOf(name) !== "tune");
  return { ...position, seconds: longestPath(certain, secondsOf), isLeast: true };
}

/** Seconds of the longest chain of stages that can only be done one after the other. @param stages in their order */
function longestPath(stages: readonly LiveStage[], secondsOf: (stage: LiveStage) => number): number {
  const ends: { readonly name: string; readonly seconds: number }[] = [];
  for (const stage of stages) {
    const begins = ends.filter(({ name }) => comesAfter(stage.name, name)).map(({ seconds }) => seconds);
    ends.push({ name: stage.name, seconds: Math.max(0, ...begins) + secondsOf(stage) });
  }
  return Math.max(0, ...ends.map(({ seconds }) => seconds));
}

/**
 * Whether a stage can only begin once an earlier one is over. Whoever watches has the names alone; a test compares it with what the walk
 * lets begin, over all kinds of runs.
 */
export function comesAfter(name: string, earlier: string): boolean {
  const before = kindOf(earlier);
  switch (kindOf(name)) {
    case "base":
    case "evaluate":
    case "register":
    case "report":
      return true;
    case "tune":
    case "scratch":
      return before === "head" || before === "tune";
    case "head":
    case "fold":
      return earlier === "recipe";
    case "recipe":
      return earlier === name.replace("recipe", "features");
    case "features":
      return before === "ingest" || (earlier === "base" && name === "features");
    case "ingest":
      return false;
  }
}

/** What a stage itself says of its end goes before what others took. */
function leftOf({ state, progress }: LiveStage, whole: number): number {
  if (state === "waiting") return whole;
  if (progress?.etaSeconds !== undefined) return progress.etaSeconds;
  return Math.max(0, whole - (progress?.heldSeconds ?? 0));
}

/**
 * A forecaster for a run that is watched: earlier runs are read once, the images when they have been counted. That
 * the store does not answer is no reason not to watch: then there is no time to tell.
 */
export function toGoOf(store: Store): (stages: readonly LiveStage[]) => Promise<ToGo | undefined> {
  const samples = pastSamples(store).catch(() => []);
  // What is known of it grows: first the images, then the base.
  const read = new Map<string, Promise<Workload | undefined>>();
  return async (stages) => {
    const made = ["ingest", "features"].map((name) => artifactOf(stages, name)?.key ?? "");
    const workload = read.get(made.join()) ?? workloadOf(store, stages).catch(() => undefined);
    read.set(made.join(), workload);
    return toGo(stages, await samples, await workload, availableParallelism());
  };
}

const artifactOf = (stages: readonly LiveStage[], stage: string) =>
  stages.find(({ name }) => name === stage)?.artifact;

async function workloadOf(store: Store, stages: readonly LiveStage[]): Promise<Workload | undefined> {
  const [ingest, features] = [artifactOf(stages, "ingest"), artifactOf(stages, "features")];
  if (ingest === undefined) return undefined;
  const images = imagesIn(await findManifest(store, ingest.kind, ingest.key));
  if (images === undefined) return undefined;
  const made = features === undefined ? undefined : await findManifest(store, features.kind, features.key);
  return { images, ...sizeOf(made?.parameters.base) };
}
