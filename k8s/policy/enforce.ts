/** Refuses the Job that an installation does not allow, before the API server hears of it. */
import type { V1Job } from "@kubernetes/client-node";
import { ThawError } from "../../spec/errors.js";
import type { RunInput } from "../../spec/pipeline/run.js";
import type { PodPolicy } from "../../spec/pods/policy.js";
import type { KubernetesSpec } from "../../spec/runFile/kubernetes.js";
import { environmentOf, type ManifestContext } from "../job/manifest.js";
import type { PodSettings } from "../job/settings.js";
import { type Bounds, boundsOf } from "./bounds.js";
import { type Finding, notListed, told } from "./findings.js";
import { originOf } from "./origin.js";
import { isListed } from "./patterns.js";
import { podFindings } from "./pod.js";

/** What a Job was made of. */
export interface Made {
  readonly run: RunInput;
  readonly settings: PodSettings;
  readonly context: ManifestContext;
}

export interface Allowance extends Made {
  readonly policy: PodPolicy;
  /** The installation's defaults: what they name is allowed. */
  readonly installation: KubernetesSpec;
  /** Namespace of the pods where the run file names none. */
  readonly home: string;
}

/** A failure with more words would not fit into a history. */
const MOST_TOLD = 40;
/** Of a path: names of labels and annotations have 316 at most. */
const MOST_LETTERS = 400;
const HINT =
  "who runs the installation can allow it: podPolicy of the chart, or the file that THAW_POD_POLICY of the control worker names (docs/kubernetes.md)";

/**
 * Pure. What is returned is plain data, exactly what was looked at: nothing inherited, nothing that turns into something else.
 * @param job with all that the run file lays over it
 * @throws ThawError POD_FORBIDDEN with all that the policy has against it
 */
export function allowedJob(job: V1Job, allowance: Allowance): V1Job {
  const plain = JSON.parse(JSON.stringify(job)) as V1Job;
  const against = objections(plain, allowance);
  if (against.length === 0) return plain;
  const listed = against.slice(0, MOST_TOLD).join("; ");
  const more = against.length > MOST_TOLD ? `; and ${against.length - MOST_TOLD} more` : "";
  const [first = ""] = against;
  throw new ThawError(
    "POD_FORBIDDEN",
    against.length === 1
      ? first
      : `this installation does not allow ${against.length} settings of the pod: ${listed}${more}`,
    { hint: HINT },
  );
}

/** One sentence each, without a full stop. @param job plain data */
function objections(job: V1Job, allowance: Allowance): readonly string[] {
  const { policy, installation, home, ...made } = allowance;
  const { run, settings, context } = made;
  const { template } = job.spec ?? {};
  const env = environmentOf(run, { ...settings, env: installation.env ?? {} }, context);
  const bounds: Bounds = boundsOf(policy, installation, env);
  const found = podFindings(template, bounds, job.metadata?.labels);
  const sentences = found.map(({ path, says }: Finding) => {
    const origin = ofStage(originOf(path, template, settings), made);
    return `${told(origin, MOST_LETTERS)}: this installation ${says}`;
  });
  const { namespace = home } = settings;
  const namespaces = [home, ...bounds.namespaces];
  if (!isListed(namespace, namespaces))
    sentences.unshift(
      `kubernetes.namespace: this installation ${notListed("namespace", namespace, namespaces)}`,
    );
  return [...new Set(sentences)];
}

/** A key that the stage says itself is found there. */
function ofStage(origin: string, { run, context: { group } }: Made): string {
  const section = group === undefined ? undefined : run.file.kubernetes?.stages?.[group];
  const [, key = ""] = /^kubernetes\.([a-z_]+)/.exec(origin) ?? [];
  if (section === undefined || !Object.hasOwn(section, key)) return origin;
  return origin.replace("kubernetes.", `kubernetes.stages.${group}.`);
}
