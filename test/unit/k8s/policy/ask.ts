/** Asks the policy about a section `kubernetes`, the way the control worker does. */
import type { V1Job } from "@kubernetes/client-node";
import { jobManifest } from "../../../../k8s/job/manifest.js";
import { requireKnownFields } from "../../../../k8s/job/podTemplateFields.js";
import { podSettings } from "../../../../k8s/job/settings.js";
import { allowedJob, type Made } from "../../../../k8s/policy/enforce.js";
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

/** What the Job is made of, before the policy is asked. */
export function madeOf(kubernetes: unknown, { installation = INSTALLATION }: Question = {}): Made {
  const file = runFileSchema.parse({
    ...{ name: "digits", data: { path: "images" }, compute: "kubernetes" },
    kubernetes: kubernetesSchema.parse(kubernetes),
  });
  const run = { runId: "digits-20261125-040000-a1b2", file, dataPath: "/images", thawVersion: "0.1.0" };
  const settings = podSettings(file.kubernetes ?? {}, installationSchema.parse(installation));
  requireKnownFields(settings.pod_template);
  return { run, settings, context: { env: ENV, graceSeconds: 30, installation: "1a2b3c4d" } };
}

/** @returns the Job that would be made @throws ThawError as `startPod` */
export function jobFor(kubernetes: unknown, question: Question = {}): V1Job {
  const { policy = {}, installation = INSTALLATION, home = "thaw" } = question;
  const made = madeOf(kubernetes, question);
  const allowance = {
    policy: podPolicySchema.parse(policy),
    installation: installationSchema.parse(installation),
    home,
  };
  return allowedJob(jobManifest(made.run, made.settings, made.context), { ...allowance, ...made });
}
