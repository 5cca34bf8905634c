/** Asks a Kubernetes cluster whether runs would get their pods there. */
import { type ClusterQuestions, checkCluster } from "../k8s/doctor/checkCluster.js";
import { loadPlatform } from "../runtime/platform.js";
import { podEnvironment } from "../runtime/podEnvironment.js";
import { ThawError } from "../spec/errors.js";

/** Pods find the services as this machine does, where it names its own and the installation says nothing else. */
async function environment(project: string | undefined): Promise<Readonly<Record<string, string>>> {
  try {
    const platform = await loadPlatform(project);
    return platform.embedded ? {} : podEnvironment(platform);
  } catch (error) {
    if (error instanceof ThawError && error.code !== "USAGE") return {};
    throw error;
  }
}

export async function clusterDoctor(
  project: string | undefined,
  questions: Omit<ClusterQuestions, "env">,
): ReturnType<typeof checkCluster> {
  return checkCluster({ ...questions, env: await environment(project) });
}
