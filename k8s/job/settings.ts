/** What a run's pod is to be: a stage's values over the run file's over those of the installation over thaw's own. */
import { readFile } from "node:fs/promises";
import { ThawError } from "../../spec/errors.js";
import { readNamedYaml } from "../../spec/namedYaml.js";
import type { PodGroup } from "../../spec/pods/groups.js";
import { installationSchema, type KubernetesSpec } from "../../spec/runFile/kubernetes.js";
import { isSection, laidOver, type Section, withoutNulls } from "../../spec/runFile/laidOver.js";

type Filled<Key extends keyof KubernetesSpec, Given extends string> = Omit<
  NonNullable<KubernetesSpec[Key]>,
  Given
> &
  Required<Pick<NonNullable<KubernetesSpec[Key]>, Given & keyof NonNullable<KubernetesSpec[Key]>>>;

/** Settings with all that a pod cannot do without. */
export type PodSettings = Omit<KubernetesSpec, "image" | "resources" | "volumes" | "timeouts" | "stages"> & {
  readonly image: string;
  readonly resources: Filled<"resources", "cpu" | "memory" | "gpu" | "gpu_resource">;
  readonly volumes: Filled<"volumes", "shared_memory">;
  readonly timeouts: Required<NonNullable<KubernetesSpec["timeouts"]>>;
};

/**
 * A batch of any catalogued base fits the memory, and one GPU is what the engine can use. A pod that has waited an hour
 * for a node waits for something that a person has to do; a GPU image of 4 GB is pulled within minutes.
 */
const OWN = {
  resources: { cpu: 2, memory: "8Gi", gpu: 1, gpu_resource: "nvidia.com/gpu" },
  volumes: { shared_memory: "1Gi" },
  timeouts: { queue: "1h", start: "15m", run: "7d", no_progress: "30m" },
} as const satisfies KubernetesSpec;

/**
 * @param group the stages whose pod it is; the run's own if left out
 * @throws ThawError RUN_FILE_INVALID without an image, and for spot nodes that nobody has described
 */
export function podSettings(
  { stages = {}, ...given }: KubernetesSpec,
  installation: KubernetesSpec,
  group?: PodGroup,
): PodSettings {
  const ofRun = laidOver(laidOver(OWN, installation), given);
  const merged = withoutWhatIsTaken(laidOver(ofRun, (group && stages[group]) ?? {}));
  const { image } = merged;
  if (image === undefined) {
    throw new ThawError("RUN_FILE_INVALID", "no image is named for the run's pod", {
      hint: "set kubernetes.image in the run file, or for the whole installation in the file that THAW_KUBERNETES_DEFAULTS names",
    });
  }
  // The merged sections hold what `OWN` says, if nothing else.
  return { ...onSpotNodes(merged), image } as PodSettings;
}

function onSpotNodes(settings: KubernetesSpec): KubernetesSpec {
  if (settings.spot !== true) return settings;
  const { spot_nodes: spot } = settings;
  if (spot?.node_selector === undefined && spot?.tolerations === undefined) {
    throw new ThawError("RUN_FILE_INVALID", "kubernetes.spot is true, and nothing says what spot nodes are", {
      hint: "describe them under kubernetes.spot_nodes, usually once for the installation",
    });
  }
  return {
    ...settings,
    node_selector: { ...settings.node_selector, ...spot.node_selector },
    tolerations: [...(settings.tolerations ?? []), ...(spot.tolerations ?? [])],
  };
}

/** Only there can a stage take something away; elsewhere a null is a value, as in `pod_template`. */
function withoutWhatIsTaken(merged: Section): KubernetesSpec {
  const settings = withoutNulls(merged);
  const { node_selector: labels } = settings;
  const kept = isSection(labels) ? { ...settings, node_selector: withoutNulls(labels) } : settings;
  return kept as KubernetesSpec;
}

/** What has no GPU may be another artifact: `thaw plan` has to know, and does not know the installation. */
const STAGES_ARE_THE_RUNS = "has `stages`: which pod a stage gets is said in run files";

/**
 * @param file a YAML file like the run file's section `kubernetes`; undefined: there are no such defaults
 * @throws ThawError USAGE when it cannot be read or is wrong
 */
export async function installationDefaults(file: string | undefined): Promise<KubernetesSpec> {
  const given = await readNamedYaml(file, (named) => readFile(named, "utf8"), {
    variable: "THAW_KUBERNETES_DEFAULTS",
    schema: installationSchema,
    hint: "it is written like the section `kubernetes` of a run file, without that line",
    whenEmpty: {},
    refusal: (content) => (isSection(content) && "stages" in content ? STAGES_ARE_THE_RUNS : undefined),
  });
  return given ?? {};
}
