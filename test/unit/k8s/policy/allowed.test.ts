/** What the policy lets through: thaw's own pods, the templates of the documentation, and what a key of the policy opens. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { V1Container, V1PodSpec } from "@kubernetes/client-node";
import { parse } from "yaml";
import { installationDefaults } from "../../../../k8s/job/settings.js";
import { podPolicy } from "../../../../k8s/policy/load.js";
import { isListed } from "../../../../k8s/policy/patterns.js";
import { OPTIONAL_FIELDS, podPolicySchema } from "../../../../spec/pods/policy.js";
import { INSTALLATION, jobFor } from "./ask.js";
import { FREE, MOUNT } from "./free.js";
import { beside, pod, training, volume } from "./templates.js";

for (const [what, kubernetes] of FREE) {
  test(`allowed under the strict policy: ${what}`, () => {
    assert.equal(jobFor(kubernetes).spec?.template.spec?.containers[0]?.name, "training");
  });
}

test("the Job that is made is the one that was looked at", () => {
  const { spec } = jobFor({ volumes: { mounts: [MOUNT] } }).spec?.template ?? assert.fail();
  assert.equal(spec?.securityContext?.runAsNonRoot, true);
  assert.deepEqual(spec.volumes?.at(-1), { name: "mount-1", persistentVolumeClaim: { claimName: "photos" } });
});

/** A key of the policy, what it opens, and something beside it that stays shut. */
const OPENED: readonly (readonly [policy: object, opened: object, shut: object])[] = [
  [
    { profile: "baseline" },
    pod({ securityContext: { runAsNonRoot: false, seccompProfile: null } }),
    pod({ securityContext: { seccompProfile: { type: "Unconfined" } } }),
  ],
  [
    { profile: "baseline" },
    training({ securityContext: { capabilities: { add: ["CHOWN"] }, runAsUser: 0 } }),
    training({ securityContext: { capabilities: { add: ["NET_RAW"] } } }),
  ],
  [{ profile: "privileged" }, pod({ hostPID: true, securityContext: null }), { image: "evil" }],
  [{ profile: "privileged" }, volume({ hostPath: { path: "/" } }), { secrets: ["any"] }],
  [{ host_network: true }, pod({ hostNetwork: true }), pod({ hostPID: true })],
  [
    { host_paths: ["/data"] },
    { volumes: { mounts: [{ path: "/x", host_path: "/data/a", read_only: true }] } },
    { volumes: { mounts: [{ path: "/x", host_path: "/data/a" }] } },
  ],
  [
    { host_paths: ["/data"] },
    { volumes: { mounts: [{ path: "/x", host_path: "/data", read_only: true }] } },
    { volumes: { mounts: [{ path: "/x", host_path: "/database", read_only: true }] } },
  ],
  [
    { host_paths: ["/data"] },
    {},
    { volumes: { mounts: [{ path: "/x", host_path: "/data/../etc", read_only: true }] } },
  ],
  [
    { images: ["registry.example/*"] },
    { image: "registry.example/thaw:2" },
    { image: "registry.example/evil/thaw:2" },
  ],
  [
    { images: ["registry.example/**"] },
    { image: "registry.example/a/thaw:2" },
    { image: "registry.example.evil/thaw" },
  ],
  [
    { secrets: ["team-*"] },
    { secrets: ["team-a"], image_pull_secrets: ["team-b"] },
    { secrets: ["ateam-a"] },
  ],
  [{ service_accounts: ["trainer"] }, { service_account: "trainer" }, { service_account: "trainers" }],
  [{ namespaces: ["runs"] }, { namespace: "runs" }, { namespace: "kube-system" }],
  [
    { volumes: ["nfs", "emptyDir", "csi"] },
    volume({ nfs: { server: "10.0.0.1", path: "/" } }),
    volume({ csi: { driver: "x", nodePublishSecretRef: { name: "any" } } }),
  ],
  [
    { volumes: ["image", "emptyDir"] },
    volume({ image: { reference: "thaw:1" } }),
    volume({ image: { reference: "evil" } }),
  ],
  [
    { claims: ["photos"] },
    { volumes: { mounts: [MOUNT] } },
    { volumes: { mounts: [{ ...MOUNT, claim: "others" }] } },
  ],
  [
    { claims: ["photos"] },
    volume({ ephemeral: { volumeClaimTemplate: { spec: {} } } }),
    volume({
      ephemeral: {
        volumeClaimTemplate: { spec: { dataSource: { kind: "PersistentVolumeClaim", name: "others" } } },
      },
    }),
  ],
  [
    { config_maps: ["public"] },
    training({ envFrom: [{ configMapRef: { name: "public" } }] }),
    volume({ configMap: { name: "kube-root-ca.crt" } }),
  ],
  [{ runtime_classes: ["gvisor"] }, { runtime_class: "gvisor" }, {}],
  [{ runtime_classes: ["gvisor", ""] }, {}, { runtime_class: "runc" }],
  [{ priority_classes: ["low"] }, { priority_class: "low" }, { priority_class: "high" }],
  [
    { node_labels: ["pool=runs"] },
    { node_selector: { pool: "runs" } },
    { node_selector: { pool: "databases" } },
  ],
  [
    { node_labels: ["pool=*"] },
    { node_selector: { pool: "x" } },
    {
      affinity: {
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 1, preference: { matchExpressions: [{ key: "zone", operator: "In", values: ["a"] }] } },
          ],
        },
      },
    },
  ],
  [
    { taints: ["nvidia.com/*"] },
    { tolerations: [{ key: "nvidia.com/gpu" }] },
    { tolerations: [{ operator: "Exists" }] },
  ],
  [
    { resources: ["vendor.example/*"] },
    { resources: { gpu_resource: "vendor.example/chip" } },
    { resources: { gpu_resource: "other.example/chip" } },
  ],
  [
    { labels: ["cost"] },
    { pod_template: { metadata: { labels: { cost: "1" } } } },
    { pod_template: { metadata: { labels: { app: "x" } } } },
  ],
  [
    { annotations: ["team.example/*"] },
    { pod_template: { metadata: { annotations: { "team.example/x": "1" } } } },
    { pod_template: { metadata: { annotations: { "x.team.example/x": "1" } } } },
  ],
  [{ variables: ["MY_*"] }, { env: { MY_OWN: "1" } }, { env: { NODE_OPTIONS: "1" } }],
  [{ fields: ["containers.args"] }, beside({ args: ["-e", "1"] }), beside({ command: ["sh"] })],
  [
    { fields: ["containers.livenessProbe"] },
    training({ livenessProbe: { httpGet: { port: 80 } } }),
    training({ livenessProbe: { tcpSocket: { host: "10.0.0.1", port: 80 } } }),
  ],
  [
    { fields: ["hostAliases", "dnsConfig"] },
    pod({ hostAliases: [{ ip: "10.0.0.1", hostnames: ["a"] }] }),
    pod({ nodeName: "a" }),
  ],
];
for (const [policy, opened, shut] of OPENED) {
  test(`${JSON.stringify(policy)} opens what it says, and no more: ${JSON.stringify(shut).slice(0, 100)}`, () => {
    jobFor(opened, { policy });
    assert.throws(() => jobFor(shut, { policy }), { code: "POD_FORBIDDEN" });
  });
}

test("every key of the policy is tried", () => {
  const tried = new Set(OPENED.flatMap(([policy]) => Object.keys(policy)));
  assert.deepEqual([...tried].sort(), Object.keys(podPolicySchema.shape).sort());
});

test("what an installation names is allowed: images, Secrets, accounts, its namespace, its certificates", () => {
  const mounts = [
    { path: "/etc/thaw/temporal-tls", secret: "mtls" },
    { path: "/usr/local/data", claim: "data" },
  ];
  const installation = {
    ...INSTALLATION,
    ...{ namespace: "runs", image_pull_secrets: ["registry"], priority_class: "low", volumes: { mounts } },
    spot_nodes: { node_selector: { life: "spot" }, tolerations: [{ key: "spot" }] },
  };
  const policy = { claims: [], priority_classes: [], node_labels: [], taints: [] };
  jobFor({ spot: true }, { installation, policy, home: "runs" });
  assert.throws(() => jobFor({ node_selector: { life: "long" } }, { installation, policy, home: "runs" }), {
    message: /node_selector\.life: this installation allows no node label life=long; allowed is life=spot/,
  });
});

test("an installation that mounts a node's folder has to say so in its policy, too", () => {
  const mounts = [{ path: "/images", host_path: "/data/images", read_only: true }];
  const installation = { ...INSTALLATION, volumes: { mounts } };
  assert.throws(() => jobFor({}, { installation }), { message: /volumes\.mounts\[0\].*kind hostPath/ });
  jobFor({}, { installation, policy: { host_paths: ["/data/images"] } });
});

test("without an installation nothing is named, so its image has to be", () => {
  assert.throws(() => jobFor({ image: "mine" }, { installation: {} }), {
    code: "POD_FORBIDDEN",
    message: /^kubernetes\.image: this installation allows no image mine; it names none$/,
  });
  jobFor({ image: "mine" }, { installation: {}, policy: { images: ["mine"] } });
});

/** The sections `kubernetes` and `training.defaults` in the blocks of a page. */
async function examplesOf(page: string): Promise<readonly Record<string, unknown>[]> {
  const blocks = [...(await readFile(page, "utf8")).matchAll(/```yaml\n([\s\S]*?)```/g)];
  return blocks.flatMap(([, block = ""]) => {
    const { kubernetes, training } = (parse(block) ?? {}) as Record<string, Record<string, unknown>>;
    const section = kubernetes ?? training?.defaults;
    return section === undefined ? [] : [section as Record<string, unknown>];
  });
}

for (const page of ["docs/kubernetes.md", "k8s/chart/README.md"]) {
  test(`the examples of ${page} are allowed where the installation has what they name`, async () => {
    const examples = await examplesOf(page);
    assert.ok(examples.length > 0);
    const defaults = await installationDefaults("k8s/kustomize/kubernetes.yaml");
    for (const { spot: _spot, ...example } of examples) {
      const { service_account, env } = example as { service_account?: string; env?: object };
      const named = {
        ...(service_account === undefined ? {} : { service_account }),
        ...(env === undefined ? {} : { env }),
      };
      jobFor(example, { installation: { ...defaults, ...named } });
    }
  });
}

test("kustomize's installation and the policy that it ships fit each other, and it is the strict one", async () => {
  const policy = await podPolicy("k8s/kustomize/pod-policy.yaml");
  assert.deepEqual(policy, podPolicySchema.parse({}));
  jobFor({}, { policy, installation: await installationDefaults("k8s/kustomize/kubernetes.yaml") });
});

test("a policy that cannot be read, or is wrong, is no policy that lets pods through", async () => {
  const folder = await mkdtemp(join(tmpdir(), "thaw-policy-"));
  try {
    const file = join(folder, "policy.yaml");
    for (const [text, says] of [
      ["imges: [x]", /wrong at its top: .*imges/],
      ["profile: none", /wrong at profile/],
      ["fields: [hostPID]", /wrong at fields\.0/],
      ["volumes: [hostPath]", /wrong at volumes\.0/],
      ["host_paths: [data]", /wrong at host_paths\.0/],
      ["a: [", /cannot be read/],
    ] as const) {
      await writeFile(file, text);
      await assert.rejects(podPolicy(file), { code: "USAGE", message: says });
    }
    await assert.rejects(podPolicy(join(folder, "none.yaml")), { code: "USAGE", message: /THAW_POD_POLICY/ });
    await writeFile(file, "");
    for (const none of [file, "", undefined]) assert.equal((await podPolicy(none)).profile, "restricted");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("the fields that can be opened are fields of pods and containers", () => {
  const names = (model: { getAttributeTypeMap(): { baseName: string }[] }, prefix = ""): string[] =>
    model.getAttributeTypeMap().map(({ baseName }) => `${prefix}${baseName}`);
  const known = [...names(V1PodSpec), ...names(V1Container, "containers.")];
  assert.deepEqual(
    OPTIONAL_FIELDS.filter((field) => !known.includes(field)),
    [],
  );
});

test("patterns: a star stays within a name, two do not, and nothing else is special", () => {
  const cases: readonly (readonly [value: string, pattern: string, is: boolean])[] = [
    ["a/b", "a/*", true],
    ["a/b/c", "a/*", false],
    ["a/b/c", "a/**", true],
    ["anything/at:all", "*", true],
    ["axb", "a.b", false],
    ["a.b", "a.b", true],
    ["a", "(a|b)", false],
    ["ab", "a", false],
    ["", "", true],
    ["a", "", false],
  ];
  for (const [value, pattern, is] of cases)
    assert.equal(isListed(value, [pattern]), is, `${value} ${pattern}`);
  assert.equal(isListed("a", []), false);
});
