/** Finds what a fresh machine lacks, and provisions it into the cache. */
import { cacheFolder } from "../cacheFolder.js";
import { locateCached, provideCached, sweepAttempts } from "./cache.js";
import type { ComponentName, Located, ProvisionProgress, Recipe, Report } from "./component.js";
import {
  efficientnetLite0,
  efficientnetLite1,
  efficientnetLite2,
  emojiImages,
} from "./download/downloads.js";
import { locateProgram, type Program, S3_PROGRAM, TEMPORAL_PROGRAM } from "./programs.js";
import { libtensorflow } from "./tensorflow/libtensorflow.js";
import { locateBinding, provideBinding } from "./tensorflow/tfjsBinding.js";
import { type ComponentStatus, inspectTools } from "./tools.js";

export type { ComponentName, Located, ProvisionProgress } from "./component.js";
export type { ComponentStatus } from "./tools.js";

interface Component {
  /** What it is for, in one line. */
  readonly purpose: string;
  readonly needs: readonly ComponentName[];
  readonly locate: () => Promise<Located | undefined>;
  readonly provide: (report: Report) => Promise<Located>;
}

const cached = (recipe: Recipe | (() => Recipe), purpose: string): Component => {
  const chosen = (): Recipe => (typeof recipe === "function" ? recipe() : recipe);
  return {
    purpose,
    needs: [],
    locate: async () => locateCached(chosen()),
    provide: (report) => provideCached(chosen(), report),
  };
};

const program = (wanted: Program, purpose: string): Component => ({
  ...cached(wanted.recipe, purpose),
  locate: () => locateProgram(wanted),
});

const COMPONENTS: Readonly<Record<ComponentName, Component>> = {
  libtensorflow: cached(libtensorflow, "TensorFlow's kernels, which do the training"),
  "tfjs-binding": {
    purpose: "connects TensorFlow.js to libtensorflow",
    needs: ["libtensorflow"],
    locate: async () => locateBinding(),
    provide: provideBinding,
  },
  temporal: program(TEMPORAL_PROGRAM, "the embedded Temporal server, which makes runs durable"),
  "s3-server": program(S3_PROGRAM, "the embedded object store (SeaweedFS), which holds artifacts"),
  "base-weights:efficientnet-lite0": cached(efficientnetLite0, "the pretrained network that runs start from"),
  "base-weights:efficientnet-lite1": cached(efficientnetLite1, "a larger pretrained network"),
  "base-weights:efficientnet-lite2": cached(efficientnetLite2, "the largest pretrained network"),
  "emoji-images": cached(emojiImages, "the quickstart's images"),
};

const NAMES = Object.keys(COMPONENTS) as ComponentName[];

/** Finds a component in milliseconds; undefined when it has to be provisioned. */
export async function locate(name: ComponentName): Promise<Located | undefined> {
  return COMPONENTS[name].locate();
}

/** Finds components; undefined when one of them, or one that it needs, has to be provisioned. */
export async function locateAll(names: readonly ComponentName[]): Promise<readonly Located[] | undefined> {
  await sweepAttempts(cacheFolder());
  const needed = names.flatMap((name) => COMPONENTS[name].needs);
  const found = await Promise.all([...names, ...needed].map(locate));
  const there = found.filter((one) => one !== undefined);
  return there.length === found.length ? there.slice(0, names.length) : undefined;
}

/**
 * Finds or provisions components, and first what they need; independent ones at the same time.
 * @returns where they are, in the order of `names`
 * @throws ThawError RUNTIME_MISSING (a program or build is missing), PROVISION_FAILED, DISK_FULL
 */
export async function ensure(
  names: readonly ComponentName[],
  onProgress: (progress: ProvisionProgress) => void,
): Promise<readonly Located[]> {
  await sweepAttempts(cacheFolder());
  const started = new Map<ComponentName, Promise<Located>>();
  const provide = async (component: ComponentName): Promise<Located> => {
    await Promise.all(COMPONENTS[component].needs.map(start));
    const report: Report = (progress) => onProgress({ component, ...progress });
    const located = (await locate(component)) ?? (await COMPONENTS[component].provide(report));
    report({ phase: "ready", detail: located.version });
    return located;
  };
  const start = (name: ComponentName): Promise<Located> => {
    const job = started.get(name) ?? provide(name);
    started.set(name, job);
    return job;
  };
  // All are awaited even if one fails: nothing goes on behind the caller's back.
  const outcomes = await Promise.allSettled(names.map(start));
  return outcomes.map((outcome) => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  });
}

/** What is fetched when it is first used, and by what; all else by `thaw up`. */
export const FETCHED_LATER: Partial<Readonly<Record<ComponentName, string>>> = {
  "emoji-images": "npm run quickstart",
  "base-weights:efficientnet-lite1": "a run with `base: efficientnet-lite1` fetches it",
  "base-weights:efficientnet-lite2": "a run with `base: efficientnet-lite2` fetches it",
};

/** What only the embedded services and the quickstart need. */
const EMBEDDED_ONLY: readonly ComponentName[] = ["temporal", "s3-server", "emoji-images"];

async function inspectComponent(name: ComponentName, isNeeded: boolean): Promise<ComponentStatus> {
  const { purpose } = COMPONENTS[name];
  const found = await locate(name);
  if (found !== undefined) return { name, purpose, found };
  if (!isNeeded) return { name, purpose };
  return {
    name,
    purpose,
    problem: "not there yet",
    fix: FETCHED_LATER[name] ?? "thaw up",
  };
}

/**
 * The state of this machine for `thaw doctor`: components, then what is needed to provision them.
 * @param isEmbedded whether Temporal and the store are to run here, too; in a container they do not
 */
export async function inspect(isEmbedded = true): Promise<readonly ComponentStatus[]> {
  const isNeeded = (name: ComponentName): boolean => isEmbedded || !EMBEDDED_ONLY.includes(name);
  const components = await Promise.all(NAMES.map((name) => inspectComponent(name, isNeeded(name))));
  // Containers provision nothing when they run: there, what may be fetched later is not going to be.
  const incomplete = components.some(
    ({ name, problem }) => problem !== undefined && (isEmbedded || !Object.hasOwn(FETCHED_LATER, name)),
  );
  return [...components, ...(await inspectTools(incomplete))];
}
