/** A Job of a run: one pod at a time, whose worker polls a queue of its own. */
import type { V1Container, V1Job, V1PodSpec, V1ResourceRequirements } from "@kubernetes/client-node";
import type { RunInput } from "../../spec/pipeline/run.js";
import { secondsIn } from "../../spec/pods/duration.js";
import { isWithoutGpu, type PodGroup } from "../../spec/pods/groups.js";
import { LEFT_EXIT_CODE, podQueue, USER_ERROR_EXIT_CODE } from "../../spec/pods/pod.js";
import { CONTAINER, INSTALLATION_LABEL, jobName, labelsOf, TRAINING_ARGS } from "./names.js";
import { patchTemplate } from "./podTemplate.js";
import { resourcesAsked } from "./resources.js";
import type { PodSettings } from "./settings.js";
import { volumesOf, WORK_FOLDER } from "./volumes.js";

/** Failures that a new pod may mend; one that crashes at its start is given up before (`podState.ts`). */
const BACKOFF_LIMIT = 50;
/** An ended Job that nobody has deleted is looked at within a day, or never. */
const TTL_SECONDS = 86_400;
/** Exit codes of shells: a command that cannot be run, or is not there. The image is wrong. */
const NO_COMMAND = [126, 127];
const PREFIX = "THAW_";

export interface ManifestContext {
  /** The stages that the pod is for; absent for the run's own. */
  readonly group?: PodGroup;
  /** From 2, of pods that work beside the run's first. */
  readonly lane?: number;
  /** The variables that the worker finds Temporal and the store by; no secrets. */
  readonly env: Readonly<Record<string, string>>;
  /** Seconds that a pod gets between SIGTERM and SIGKILL. */
  readonly graceSeconds: number;
  /** Tells the Jobs of this installation from those of others in the same namespace. */
  readonly installation: string;
}

/** @throws ThawError RUN_FILE_INVALID for a pod template that does not fit */
export function jobManifest(run: RunInput, settings: PodSettings, context: ManifestContext): V1Job {
  const labels = labelsOf(run, context);
  const spec = podSpec(run, settings, context);
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: jobName(run.runId, context.group, context.lane),
      labels: {
        ...labels,
        [INSTALLATION_LABEL]: context.installation,
        ...(settings.queue === undefined ? {} : { [KUEUE_QUEUE]: settings.queue }),
      },
    },
    spec: {
      // Kueue lets it go when there is room.
      ...(settings.queue === undefined ? {} : { suspend: true }),
      parallelism: 1,
      completions: 1,
      backoffLimit: BACKOFF_LIMIT,
      // The old pod is gone before its replacement trains.
      podReplacementPolicy: "Failed",
      podFailurePolicy: {
        rules: [
          { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
          { action: "Ignore", onExitCodes: exitCodes([LEFT_EXIT_CODE]) },
          { action: "FailJob", onExitCodes: exitCodes([USER_ERROR_EXIT_CODE, ...NO_COMMAND]) },
        ],
      },
      activeDeadlineSeconds: secondsIn(settings.timeouts.run),
      ttlSecondsAfterFinished: TTL_SECONDS,
      template: patchTemplate({ metadata: { labels }, spec }, settings.pod_template),
    },
  };
}

const KUEUE_QUEUE = "kueue.x-k8s.io/queue-name";

const exitCodes = (values: number[]) => ({ containerName: CONTAINER, operator: "In", values });

function podSpec(run: RunInput, settings: PodSettings, context: ManifestContext): V1PodSpec {
  const { volumes, mounts } = volumesOf(settings.volumes);
  const env = environmentOf(run, settings, context);
  const { image, image_pull_policy, service_account, runtime_class, priority_class, affinity } = settings;
  return {
    restartPolicy: "Never",
    terminationGracePeriodSeconds: context.graceSeconds,
    automountServiceAccountToken: service_account !== undefined,
    enableServiceLinks: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    ...(service_account === undefined ? {} : { serviceAccountName: service_account }),
    ...(runtime_class === undefined ? {} : { runtimeClassName: runtime_class }),
    ...(priority_class === undefined ? {} : { priorityClassName: priority_class }),
    ...(settings.node_selector === undefined ? {} : { nodeSelector: settings.node_selector }),
    ...(settings.tolerations === undefined ? {} : { tolerations: settings.tolerations }),
    ...(affinity === undefined ? {} : { affinity }),
    ...(settings.image_pull_secrets === undefined
      ? {}
      : { imagePullSecrets: settings.image_pull_secrets.map((name) => ({ name })) }),
    containers: [
      {
        name: CONTAINER,
        image,
        args: [...TRAINING_ARGS],
        ...(image_pull_policy === undefined ? {} : { imagePullPolicy: image_pull_policy }),
        env: Object.entries(env).map(([name, value]) => ({ name, value })),
        ...metricsPort(env.THAW_METRICS_ADDRESS),
        envFrom: (settings.secrets ?? []).map((name) => ({ secretRef: { name } })),
        resources: resourcesOf(settings.resources),
        volumeMounts: mounts,
        // What a worker that ends says last is told to the user.
        terminationMessagePolicy: "FallbackToLogsOnError",
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
      },
    ],
    volumes,
  };
}

/** A PodMonitor finds the endpoint by the port's name. @param address of `THAW_METRICS_ADDRESS` */
function metricsPort(address: string | undefined): Pick<V1Container, "ports"> {
  const [, port] = /:(\d+)$/.exec(address ?? "") ?? [];
  return port === undefined ? {} : { ports: [{ name: "metrics", containerPort: Number(port) }] };
}

/**
 * Variables of the training container. The settings' own come last: addresses may be others where the pods are.
 * @param settings those of whom the variables are asked for: with an installation's `env` alone, what a run finds there
 */
export function environmentOf(
  { runId, file }: RunInput,
  settings: PodSettings,
  context: ManifestContext,
): Record<string, string> {
  const { env = {}, timeouts } = settings;
  return {
    ...context.env,
    [`${PREFIX}PROJECT`]: WORK_FOLDER,
    ...env,
    [`${PREFIX}RUN_ID`]: runId,
    [`${PREFIX}TASK_QUEUE`]: podQueue(runId, context.group, context.lane),
    // The engine for GPUs refuses to compute without one, unless that was asked for.
    ...(isWithoutGpu(file, context.group) ? { [`${PREFIX}DEVICE`]: "cpu" } : {}),
    [`${PREFIX}RESOURCES`]: JSON.stringify(resourcesAsked(settings)),
    [`${PREFIX}GRACE_SECONDS`]: String(context.graceSeconds),
    [`${PREFIX}NO_PROGRESS_SECONDS`]: String(secondsIn(timeouts.no_progress)),
  };
}

/** Memory is a limit, too, so that nobody else's pod is evicted; processors are not, because throttling only wastes. */
function resourcesOf(resources: PodSettings["resources"]): V1ResourceRequirements {
  const { cpu, memory, gpu, gpu_resource, ephemeral_storage } = resources;
  // Extended resources cannot be overcommitted: a limit is a request.
  const gpus = gpu === 0 ? {} : { [gpu_resource]: String(gpu) };
  return {
    requests: {
      cpu: String(cpu),
      memory: String(memory),
      ...(ephemeral_storage === undefined ? {} : { "ephemeral-storage": String(ephemeral_storage) }),
      ...gpus,
    },
    limits: { memory: String(memory), ...gpus },
  };
}
