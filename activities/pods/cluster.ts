/** The cluster, for activities that need it. Its client takes 80 MB: it is loaded when the first run asks for a pod. */
import { createHash } from "node:crypto";
import type { Place } from "../../k8s/job/jobs.js";
import type { PodSettings } from "../../k8s/job/settings.js";
import type { PodRequest } from "../../spec/pods/request.js";

/** What the control worker knows of pods. */
export interface PodDependencies {
  /** File with the installation's defaults for the section `kubernetes`. */
  readonly defaultsFile?: string;
  /** File with what its pods may be; without one, the strict policy. */
  readonly policyFile?: string;
  /** Variables by which a pod's worker finds Temporal and the store; no secrets. */
  readonly env: Readonly<Record<string, string>>;
}

export interface PodSurroundings {
  readonly place: Place;
  readonly settings: PodSettings;
}

let connecting: Promise<Place["cluster"]> | undefined;
const namespaces = new Set<string>();

/** Eight letters for the Temporal that the runs are in. */
export function installationOf({ env }: PodDependencies): string {
  const identity = `${env.TEMPORAL_ADDRESS} ${env.TEMPORAL_NAMESPACE}`;
  return createHash("sha256").update(identity).digest("hex").slice(0, 8);
}

/** Where this process has had pods; in a cluster also where they go by default, which a process before may have used. */
export async function namespacesInUse({
  defaultsFile,
}: PodDependencies): Promise<readonly Pick<Place, "cluster" | "namespace">[]> {
  const isMeant = defaultsFile !== undefined || process.env.KUBERNETES_SERVICE_HOST !== undefined;
  if (connecting === undefined && !isMeant) return [];
  const cluster = await connect();
  const { installationDefaults } = await import("../../k8s/job/settings.js");
  const { namespace = cluster.namespace } = await installationDefaults(defaultsFile);
  return [...new Set([...namespaces, namespace])].map((name) => ({ cluster, namespace: name }));
}

async function connect(): Promise<Place["cluster"]> {
  connecting ??= import("../../k8s/connect.js").then(({ connectCluster }) => connectCluster());
  try {
    return await connecting;
  } catch (error) {
    connecting = undefined;
    throw error;
  }
}

/** @throws ThawError USAGE (defaults), RUN_FILE_INVALID */
export async function settingsOf(
  { defaultsFile }: PodDependencies,
  { run: { file }, group }: PodRequest,
): Promise<PodSettings> {
  const { installationDefaults, podSettings } = await import("../../k8s/job/settings.js");
  return podSettings(file.kubernetes ?? {}, await installationDefaults(defaultsFile), group);
}

/** @throws ThawError KUBERNETES_UNREACHABLE, USAGE (defaults), RUN_FILE_INVALID */
export async function surroundingsOf(
  dependencies: PodDependencies,
  request: PodRequest,
): Promise<PodSurroundings> {
  const settings = await settingsOf(dependencies, request);
  const { run, group, lane } = request;
  const cluster = await connect();
  const namespace = settings.namespace ?? cluster.namespace;
  const place = {
    cluster,
    namespace,
    runId: run.runId,
    ...(group === undefined ? {} : { group }),
    ...(lane === undefined ? {} : { lane }),
  };
  return { place, settings };
}

/** From now on the place is looked at for Jobs that nobody needs any more. */
export function remember({ namespace }: Place): void {
  namespaces.add(namespace);
}

/** Where the pods of a run go that names no namespace. @throws ThawError KUBERNETES_UNREACHABLE, USAGE (defaults) */
export async function homeNamespace({ defaultsFile }: PodDependencies): Promise<string> {
  const { installationDefaults } = await import("../../k8s/job/settings.js");
  const { namespace } = await installationDefaults(defaultsFile);
  return namespace ?? (await connect()).namespace;
}
