/** Asks the policy about a section `kubernetes`, the way the control worker does. */
import type { V1Job } from "@kubernetes/client-node";
import { jobManifest } from "../../../../k8s/job/manifest.js";
import { requireKnownFields } from "../../../../k8s/job/podTemplateFields.js";
import { podSettings } from "../../../../k8s/job/settings.js";
import { allowedJob } from "../../../../k8s/policy/enforce.js";
import { podPolicySchema } from "../../../../spec/pods/policy.js";
import { installationSchema, kubernetesSchema } from "../../../../spec/runFile/kubernetes.js";
import { runFileSchema } from "../../../../spec/runFile/runFile.js";

/** As the chart writes its own. */
export const INSTALLATION = {
  image: "thaw:1",
  secrets: ["thaw-store"],
  service_account: "thaw-training",
  env: { THAW_ENGINE: "cpu", TEMPORAL_NAMESPACE: "default" },
};
const ENV = { TEMPORAL_ADDRESS: "temporal:7233", THAW_S3_ENDPOINT: "https://s3.example" };

export interface Question {
  readonly policy?: object;
  readonly installation?: object;
  /** Namespace where the control worker is. */
  readonly home?: string;
}

/** @returns the Job that would be made @throws ThawError as `startPod` */
export function jobFor(
  kubernetes: unknown,
  { policy = {}, installation = INSTALLATION, home = "thaw" }: Question = {},
): V1Job {
  const defaults = installationSchema.parse(installation);
  const file = runFileSchema.parse({
    ...{ name: "digits", data: { path: "images" }, compute: "kubernetes" },
    kubernetes: kubernetesSchema.parse(kubernetes),
  });
  const run = { runId: "digits-20261125-040000-a1b2", file, dataPath: "/images", thawVersion: "0.1.0" };
  const settings = podSettings(file.kubernetes ?? {}, defaults);
  requireKnownFields(settings.pod_template);
  const context = { env: ENV, graceSeconds: 30, installation: "1a2b3c4d" };
  const allowance = { policy: podPolicySchema.parse(policy), installation: defaults, home };
  return allowedJob(jobManifest(run, settings, context), { ...allowance, run, settings, context });
}
