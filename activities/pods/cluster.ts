/** The cluster, for activities that need it. Its client takes 80 MB: it is loaded when the first run asks for a pod. */
import type { Place } from "../../k8s/jobs.js";
import type { PodSettings } from "../../k8s/settings.js";
import type { RunInput } from "../../spec/run.js";

/** What the control worker knows of pods. */
export interface PodDependencies {
  /** File with the installation's defaults for the section `kubernetes`. */
  readonly defaultsFile?: string;
  /** Variables by which a pod's worker finds Temporal and the store; no secrets. */
  readonly env: Readonly<Record<string, string>>;
}

export interface PodSurroundings {
  readonly place: Place;
  readonly settings: PodSettings;
}

let connecting: Promise<Place["cluster"]> | undefined;

/** @throws ThawError KUBERNETES_UNREACHABLE, USAGE (defaults), RUN_FILE_INVALID */
export async function surroundingsOf(
  { defaultsFile }: PodDependencies,
  { runId, file }: RunInput,
): Promise<PodSurroundings> {
  const { installationDefaults, podSettings } = await import("../../k8s/settings.js");
  const settings = podSettings(file.kubernetes ?? {}, await installationDefaults(defaultsFile));
  connecting ??= import("../../k8s/connect.js").then(({ connectCluster }) => connectCluster());
  try {
    const cluster = await connecting;
    return { place: { cluster, namespace: settings.namespace ?? cluster.namespace, runId }, settings };
  } catch (error) {
    connecting = undefined;
    throw error;
  }
}
