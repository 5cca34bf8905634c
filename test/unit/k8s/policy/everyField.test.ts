/** Each field that the client knows, and one that nobody knows, in turn: refused, or on the list of what is let through. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as models from "@kubernetes/client-node";
import { boundsOf } from "../../../../k8s/policy/bounds.js";
import { podFindings } from "../../../../k8s/policy/pod.js";
import { podPolicySchema } from "../../../../spec/pods/policy.js";
import { INSTALLATION, jobFor, madeOf } from "./ask.js";

interface Model {
  getAttributeTypeMap(): readonly { readonly baseName: string }[];
}

/** Where a field is put, what is put there, and which fields do no harm with that value. */
const PLACES: readonly {
  readonly model: string;
  readonly at: readonly (string | number)[];
  /** True says the most of switches, and is the wrong type for the rest. */
  readonly value: unknown;
  readonly free: readonly string[];
}[] = [
  {
    model: "V1PodSpec",
    at: [],
    value: true,
    free: [
      ...[
        "affinity",
        "dnsPolicy",
        "enableServiceLinks",
        "hostname",
        "nodeSelector",
        "preemptionPolicy",
        "resources",
      ],
      ...[
        "schedulerName",
        "schedulingGates",
        "setHostnameAsFQDN",
        "subdomain",
        "terminationGracePeriodSeconds",
      ],
      ...["tolerations", "topologySpreadConstraints"],
      // The account is one that may have its token.
      "automountServiceAccountToken",
    ],
  },
  {
    model: "V1Container",
    at: ["containers", 0],
    value: true,
    free: [
      ...["imagePullPolicy", "ports", "resizePolicy", "resources", "restartPolicy", "stdin", "stdinOnce"],
      ...["terminationMessagePath", "terminationMessagePolicy", "tty", "envFrom"],
    ],
  },
  {
    model: "V1SecurityContext",
    at: ["containers", 0, "securityContext"],
    value: true,
    free: ["readOnlyRootFilesystem", "runAsGroup", "runAsNonRoot"],
  },
  {
    model: "V1PodSecurityContext",
    at: ["securityContext"],
    value: true,
    free: [
      ...["fsGroup", "fsGroupChangePolicy", "runAsGroup", "runAsNonRoot", "seLinuxChangePolicy"],
      ...["supplementalGroups", "supplementalGroupsPolicy"],
    ],
  },
  {
    model: "V1Volume",
    at: ["volumes", 1],
    value: { name: "x", claimName: "x", secretName: "any", path: "/", reference: "any" },
    // emptyDir and downwardAPI have no Secret that they could name.
    free: ["name", "configMap", "ephemeral", "persistentVolumeClaim", "projected"],
  },
  {
    model: "V1VolumeProjection",
    at: ["volumes", 3, "projected", "sources", 0],
    value: { name: "x" },
    free: ["clusterTrustBundle", "configMap", "downwardAPI", "serviceAccountToken"],
  },
  {
    model: "V1EnvVarSource",
    at: ["containers", 0, "env", 0, "valueFrom"],
    value: { name: "x" },
    free: ["configMapKeyRef", "fieldRef", "resourceFieldRef"],
  },
  {
    model: "V1EnvFromSource",
    at: ["containers", 0, "envFrom", 0],
    value: { name: "x" },
    free: ["configMapRef"],
  },
];

function refuses(path: readonly (string | number)[], value: unknown): boolean {
  const { template } = jobFor({}).spec ?? assert.fail();
  const spec = template.spec as unknown as Record<string, unknown>;
  Object.assign(spec, {
    volumes: [...(spec.volumes as unknown[]), { name: "x", projected: { sources: [{}] } }],
  });
  const [container] = spec.containers as Record<string, unknown>[];
  Object.assign(container ?? {}, { env: [{ name: "TZ", valueFrom: {} }], envFrom: [{}] });
  let inside: Record<string | number, unknown> = spec;
  for (const step of path.slice(0, -1)) inside = inside[step] as Record<string | number, unknown>;
  inside[path.at(-1) as string | number] = value;
  const { run, settings, context } = madeOf({});
  const bounds = boundsOf(podPolicySchema.parse({}), INSTALLATION, context.env);
  const labels = { ...template.metadata?.labels };
  assert.equal(run.runId, labels["thaw.dev/run"], settings.image);
  return podFindings(JSON.parse(JSON.stringify(template)), bounds, labels).length > 0;
}

for (const { model, at, value, free } of PLACES) {
  test(`every field of ${model} is refused, or known to do no harm`, () => {
    const fields =
      (models as unknown as Record<string, Model>)[model]?.getAttributeTypeMap() ?? assert.fail();
    const names = [...fields.map(({ baseName }) => baseName), "surprise"];
    const through = names.filter((name) => !refuses([...at, name], value));
    assert.deepEqual(through.sort(), [...free].sort());
  });
}

test("what the strange values stand in is allowed without them", () => {
  assert.equal(refuses(["hostname"], "a"), false);
});
