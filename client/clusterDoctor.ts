/** Asks a Kubernetes cluster whether runs would get their pods there. */
import { failed } from "../k8s/doctor/check.js";
import { type ClusterQuestions, checkCluster } from "../k8s/doctor/checkCluster.js";
import { loadPlatform } from "../runtime/platform.js";
import { podEnvironment } from "../runtime/podEnvironment.js";
import { ThawError } from "../spec/errors.js";

const SERVICES = { name: "services", purpose: "how pods would find Temporal and the store" };

/** Pods find the services as this machine does, where it names its own and the installation says nothing else. */
async function environment(
  project: string | undefined,
): Promise<Readonly<Record<string, string>> | ThawError> {
  try {
    const platform = await loadPlatform(project);
    return platform.embedded ? {} : podEnvironment(platform);
  } catch (error) {
    if (!(error instanceof ThawError)) throw error;
    return error.code === "USAGE" ? error : {};
  }
}

export async function clusterDoctor(
  project: string | undefined,
  questions: Omit<ClusterQuestions, "env">,
): ReturnType<typeof checkCluster> {
  const env = await environment(project);
  if (!(env instanceof ThawError)) return checkCluster({ ...questions, env });
  return [failed(SERVICES, env), ...(await checkCluster({ ...questions, env: {}, podSeconds: 0 }))];
}
