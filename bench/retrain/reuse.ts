/**
 * A retraining with 10 % new images against a run from nothing with the same images: wall time of the whole commands,
 * processor time of each stage, and how many images' features were taken from the version before.
 * With `model.depth=head` it is the second head on what the first version tuned; the run from nothing is a full one.
 *   node dist/bench/retrain/reuse.js [FOLDER OF IMAGES [IMAGES A CLASS [KEY=VALUE…]]]
 */
import { copyFile, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { openSession } from "../../client/session.js";
import { permutation, randomStream } from "../../rng/stream.js";
import { loadPlatform } from "../../runtime/platform.js";
import type { FeaturesSummary } from "../../spec/records/features.js";
import type { Tick } from "../../spec/retraining/retraining.js";
import { requireManifest } from "../../store/artifacts/artifacts.js";
import { readRun } from "../../store/records/records.js";
import { ROOT, thaw } from "../support.js";

/** Of each class, those that only the retraining has. */
const NEW = 0.1;
const SEED = 1;

const [given, most = "100000", ...settings] = process.argv.slice(2);
/** Less deep than a full training there has to be a version in use, and only its second successor has features to take. */
const isLess = settings.some((one) => /^model\.depth=(?!full$)/.test(one));
const source = resolve(given ?? join(ROOT, "..", "shared", "data", "sign-digits"));
const folder = await mkdtemp(join(tmpdir(), "thaw-bench-"));

/** Copies a share of each class's shuffled images. */
async function copyImages(to: string, from: number, until: number): Promise<void> {
  const entries = await readdir(source, { withFileTypes: true });
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    const files = (await readdir(join(source, name))).sort();
    const order = permutation(files.length, randomStream(SEED, "retrain bench"));
    const count = Math.min(files.length, Number(most));
    await mkdir(join(to, name), { recursive: true });
    for (const index of order.slice(Math.round(from * count), Math.round(until * count))) {
      const file = files[index] as string;
      await copyFile(join(source, name, file), join(to, name, file));
    }
  }
}

interface Measured {
  readonly seconds: number;
  /** By stage. */
  readonly cpuSeconds: ReadonlyMap<string, number>;
  readonly features: FeaturesSummary;
}

interface Step {
  /** Share of each class's images that comes to those before it. */
  readonly until: number;
  readonly seed: number;
  /** Whether it trains in full, whatever `model.depth` says. */
  readonly isWhole?: boolean;
}

async function retrain(project: string, { seed, isWhole = false }: Step): Promise<Measured> {
  const started = performance.now();
  // Whoever waits for a person ends with another code; the first version is the one in use where that has a say.
  const promote = isLess ? "automatic" : "never";
  const whole = isWhole ? ["model.depth=full"] : [];
  const sets = [...settings, ...whole, `model.promote=${promote}`, `seed=${seed}`].flatMap((setting) => [
    "--set",
    setting,
  ]);
  const tick = JSON.parse(await thaw(project, ["retrain", "--json", ...sets])) as Tick;
  const seconds = (performance.now() - started) / 1000;
  console.log(tick.sentence);
  const session = await openSession(await loadPlatform(project), "read");
  try {
    const { artifacts = {} } = (await readRun(session.store, tick.runId ?? "")) ?? {};
    const manifests = await Promise.all(
      Object.entries(artifacts).map(
        async ([stage, ref]) => [stage, await requireManifest(session.store, ref)] as const,
      ),
    );
    const cpuSeconds = new Map(
      manifests.flatMap(([stage, { usage }]) => (usage === undefined ? [] : [[stage, usage.cpuSeconds]])),
    );
    const features = Object.fromEntries(manifests).features?.summary as FeaturesSummary;
    return { seconds, cpuSeconds, features };
  } finally {
    await session.close();
  }
}

/** One look after the other in a project of its own, whose store is empty at first. */
async function measured(name: string, steps: readonly Step[]): Promise<readonly Measured[]> {
  const project = join(folder, name);
  const images = join(project, "images");
  await mkdir(images, { recursive: true });
  await thaw(project, ["up"]);
  try {
    const looks: Measured[] = [];
    for (const [index, step] of steps.entries()) {
      await copyImages(images, steps[index - 1]?.until ?? 0, step.until);
      if (index === 0) await thaw(project, ["init", images]);
      looks.push(await retrain(project, step));
    }
    return looks;
  } finally {
    await thaw(project, ["down"]);
  }
}

const share = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(0)} %`;
const sum = (values: ReadonlyMap<string, number>): number =>
  [...values.values()].reduce((all, one) => all + one, 0);
try {
  console.log(`load ${loadavg()[0]?.toFixed(0)}`);
  // Of another seed nothing is reused, and the engine runs by then, as it does when images come.
  const [cold, nothing] = (await measured("nothing", [
    { until: 1, seed: SEED },
    { until: 1, seed: SEED + 1, isWhole: true },
  ])) as [Measured, Measured];
  const looks = await measured("again", [
    ...(isLess ? [{ until: (1 - NEW) ** 2, seed: SEED }] : []),
    { until: 1 - NEW, seed: SEED },
    { until: 1, seed: SEED },
  ]);
  const [before, again] = looks.slice(-2) as [Measured, Measured];
  if (isLess)
    console.log(
      `the one before it, whose base is new: ${before.seconds.toFixed(0)} s, ${share(before.seconds, nothing.seconds)}, features reused ${before.features.reused?.images ?? 0}`,
    );
  const { images = 0, reused } = again.features;
  console.log(`features reused: ${reused?.images ?? 0} of ${images} images`);
  for (const [what, { seconds }] of [
    ["from nothing", nothing],
    ["from nothing, with the engine's start", cold],
  ] as const) {
    console.log(
      `whole command: ${again.seconds.toFixed(0)} s, ${what} ${seconds.toFixed(0)} s: ${share(again.seconds, seconds)}`,
    );
  }
  for (const [stage, seconds] of nothing.cpuSeconds) {
    const own = again.cpuSeconds.get(stage) ?? 0;
    console.log(
      `${stage}: ${own.toFixed(1)} s of processor, from nothing ${seconds.toFixed(1)} s: ${share(own, seconds)}`,
    );
  }
  const [own, whole] = [sum(again.cpuSeconds), sum(nothing.cpuSeconds)];
  console.log(
    `all stages: ${own.toFixed(0)} s of processor, from nothing ${whole.toFixed(0)} s: ${share(own, whole)}`,
  );
  console.log(`load ${loadavg()[0]?.toFixed(0)}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
