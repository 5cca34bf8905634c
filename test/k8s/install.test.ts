/** The chart and the kustomize base on a real API server, and an installed control worker with exactly its Role. */
import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { parseAllDocuments, stringify } from "yaml";
import type { DoctorJson } from "../../cli/json/doctor.js";
import type { StartedRunJson } from "../../cli/json/run.js";
import { getRun } from "../../client/runs/watch.js";
import { ACCESS } from "../../k8s/access.js";
import { type ProgramFailed, runProgram } from "../../runtime/components/program.js";
import { thaw } from "../support/cli/thaw.js";
import { smallImageSet } from "../support/images/images.js";
import { serviceVariables } from "../support/services/serviceVariables.js";
import { type Stack, startStack } from "../support/services/stack.js";
import { until } from "../support/until.js";
import { type Cluster, startCluster } from "./cluster/cluster.js";
import { locatePrograms } from "./cluster/provision/programs.js";

const NAMESPACE = "thaw-system";
const SECRET = "thaw-store";
const ACCOUNT = "thaw-control";
const KUBERNETES = "1.34.2";
const MINUTE = 60_000;

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly template?: { readonly spec?: Record<string, unknown> } };
}

const LEAST = {
  image: { repository: "example/thaw" },
  temporal: { address: "temporal:7233" },
  store: { endpoint: "http://s3:9000", secret: SECRET },
};
/** Everything that can be switched on. */
const MOST = {
  image: { repository: "example/thaw", tag: "1.2.3", pullSecrets: ["registry"] },
  temporal: {
    address: "name.example:7233",
    namespace: "name",
    uiUrl: "https://temporal.example",
    apiKeySecret: "thaw-temporal",
    tls: { secret: "mtls", caSecret: "authority", serverName: "temporal" },
  },
  store: {
    ...{ endpoint: "https://s3.example", pathStyle: false, secret: SECRET },
    identity: {
      ...{ enabled: true, audience: "sts.example", roleArn: "arn:aws:iam::1:role/thaw" },
      stsEndpoint: "https://sts.example:7443/thaw",
    },
  },
  control: {
    nodeSelector: { a: "b" },
    tolerations: [{ operator: "Exists" }],
    priorityClassName: "high",
    podAnnotations: { team: "vision" },
    env: [{ name: "TEMPORAL_PROFILE", value: "none" }],
    serviceAccount: { annotations: { "example.org/role": "reader" } },
  },
  training: {
    image: "example/thaw:1.2.3-gpu",
    serviceAccount: { create: true },
    defaults: { resources: { gpu: 2 }, node_selector: { gpu: "a100" }, env: { MORE: "1" } },
  },
  metrics: {
    enabled: true,
    podMonitor: { enabled: true, labels: { release: "prometheus" } },
    dashboard: { enabled: true },
  },
  tracing: { endpoint: "http://collector.monitoring:4318" },
  prices: { currency: "EUR", gpu_hour: 2.5, nodes: [{ node_selector: { gpu: "a100" }, gpu_hour: 3.5 }] },
  podPolicy: { profile: "baseline", images: ["registry.example/**"], fields: ["containers.args"] },
  networkPolicy: {
    to: { temporal: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "temporal" } } }] },
    extraEgress: [{ to: [{ ipBlock: { cidr: "169.254.170.23/32" } }] }],
  },
  prePull: { enabled: true, nodeSelector: { gpu: "a100" } },
};
const LONELY = {
  ...LEAST,
  store: { endpoint: "http://s3:9000", identity: { enabled: true } },
  control: { replicas: 1, serviceAccount: { create: false } },
  training: { engine: "cpu" },
  networkPolicy: { enabled: false },
};

const HOST = { hostNetwork: true };

const RUN_FILE = `
name: installed
data: { path: images }
recipe: extractor-only
augment: { views: 1 }
head: { epochs: 2 }
evaluation: { folds: 0 }
compute: kubernetes
`;

describe("an installation", () => {
  let cluster: Cluster;
  let stack: Stack;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "thaw-install-"));
    [cluster, stack] = await Promise.all([startCluster(), startStack({ workers: false })]);
    await cluster.setGpus(1);
    await cluster.kubectl("create", "namespace", NAMESPACE);
    // A pod is refused, in a dry run too, as long as its service account is not there.
    await cluster.kubectl("create", "serviceaccount", "thaw-training", "--namespace", NAMESPACE);
  });
  after(async () => {
    await stack?.close();
    await cluster?.stop();
  });

  const helm = async (command: string, values: object): Promise<string> => {
    const file = join(folder, "values.yaml");
    await writeFile(file, stringify(values));
    const args = ["k8s/chart", "--namespace", NAMESPACE, "--values", file, "--kube-version", KUBERNETES];
    return runProgram("helm", command === "lint" ? ["lint", ...args] : [command, "thaw", ...args], {
      env: locatePrograms().environment,
    });
  };
  const parsed = (text: string): Manifest[] =>
    parseAllDocuments(text)
      .map((document) => document.toJS() as Manifest | null)
      .filter((manifest) => manifest !== null);

  async function apply(manifests: readonly Manifest[], ...options: string[]): Promise<string> {
    const file = join(folder, "manifests.json");
    await writeFile(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: manifests }));
    return cluster.kubectl("apply", "--namespace", NAMESPACE, "--filename", file, ...options);
  }

  for (const [what, values] of Object.entries({ LEAST, MOST, LONELY })) {
    it(`rendered from the values ${what} is what the API server knows`, async () => {
      assert.match(await helm("lint", values), /0 chart\(s\) failed/);
      // A cluster without the Prometheus operator does not know its kind.
      const manifests = parsed(await helm("template", values)).filter(({ kind }) => kind !== "PodMonitor");
      const answer = await apply(manifests, "--dry-run=server", "--validate=strict");
      assert.equal(answer.match(/server dry run/g)?.length, manifests.length, answer);
    });
  }

  it("is refused with the name of the value that is missing", async () => {
    await assert.rejects(helm("template", {}), ({ output }: ProgramFailed) =>
      ["/image/repository", "/store/endpoint", "/store/secret", "/temporal/address"].every((value) =>
        output.includes(value),
      ),
    );
  });

  it("made by kustomize is what the API server knows", async () => {
    await cp("k8s/kustomize", join(folder, "base"), { recursive: true });
    await cp("k8s/kustomize/kubernetes.yaml", join(folder, "kubernetes.yaml"));
    const [, example = ""] =
      /```yaml\n([\s\S]*?)```/.exec(await readFile("k8s/kustomize/README.md", "utf8")) ?? [];
    await writeFile(
      join(folder, "kustomization.yaml"),
      example.replace(/path\/to\S+?(?=\])/, "base").replace("namespace: thaw", `namespace: ${NAMESPACE}`),
    );
    const manifests = parsed(await cluster.kubectl("kustomize", folder));
    assert.ok(manifests.some(({ kind }) => kind === "Deployment"));
    const answer = await apply(manifests, "--dry-run=server", "--validate=strict");
    assert.equal(answer.match(/server dry run/g)?.length, manifests.length, answer);
  });

  it("starts control workers, and a run trains in a pod with no other right than the Role's", async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...services } = serviceVariables(stack);
    await smallImageSet(join(folder, "images"), 6);
    await writeFile(join(folder, "thaw.yaml"), RUN_FILE);
    const [, repository = "", tag = ""] = /^(.*):(.*)$/.exec(cluster.image) ?? [];
    const values = {
      image: { repository, tag, pullPolicy: "Never" },
      temporal: { address: services.TEMPORAL_ADDRESS, namespace: services.TEMPORAL_NAMESPACE },
      store: { endpoint: services.THAW_S3_ENDPOINT, bucket: services.THAW_S3_BUCKET, secret: SECRET },
      control: { resources: { requests: { cpu: "50m", memory: "256Mi" } } },
      training: {
        engine: "cpu",
        defaults: {
          resources: { cpu: "100m", memory: "3Gi", gpu: 1 },
          volumes: { shared_memory: "64Mi" },
          pod_template: { spec: { hostNetwork: true } },
        },
      },
      podPolicy: { host_network: true },
    };
    const secret = {
      kind: "Secret",
      apiVersion: "v1",
      metadata: { name: SECRET },
      stringData: { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY },
    };
    const chart = parsed(await helm("template", values));
    // The services of the test are on the node's loopback.
    for (const { kind, spec } of chart) {
      if (kind === "Deployment") Object.assign(spec?.template?.spec ?? {}, HOST);
      if (kind === "Pod") Object.assign(spec ?? {}, HOST);
    }
    await apply([secret, ...chart]);
    await cluster.kubectl(
      ...["rollout", "status", "deployment/thaw-control", "--namespace", NAMESPACE, "--timeout=180s"],
    );
    // What `helm test` runs.
    await cluster.kubectl(
      ...["wait", "pod/thaw-doctor", "--namespace", NAMESPACE, "--timeout=60s"],
      "--for=jsonpath={.status.phase}=Succeeded",
    );
    // As a person would: the images travel through the store, and no path of this machine is in the pod.
    const started = await thaw(["run", "--upload", "--json", "--detach"], {
      cwd: folder,
      env: serviceVariables(stack),
    });
    assert.equal(started.status, 0, started.stderr);
    const { runId } = JSON.parse(started.stdout) as StartedRunJson;
    const deadline = Date.now() + 6 * MINUTE;
    for (let status = "running"; status === "running"; ) {
      const view = await getRun(stack.session, runId);
      status = view.status;
      assert.ok(Date.now() < deadline, JSON.stringify(view));
      if (status !== "running") assert.equal(status, "completed", JSON.stringify(view.failure));
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    await until("nothing of the run is left", async () => (await leftOvers()) === "");
  });

  const leftOvers = (): Promise<string> =>
    cluster.kubectl(
      ...["get", "jobs,pods", "--namespace", NAMESPACE, "--selector=app.kubernetes.io/managed-by=thaw"],
      "--output=name",
    );

  it("grants its control worker the rights that the code uses, and no other", async () => {
    const listing = await cluster.kubectl(
      ...["auth", "can-i", "--list", "--namespace", NAMESPACE, "--no-headers"],
      `--as=system:serviceaccount:${NAMESPACE}:${ACCOUNT}`,
    );
    const granted = listing
      .split("\n")
      .map((line) => /^(\S+)\s+\[(.*?)\]\s+\[(.*?)\]\s+\[(.*?)\]$/.exec(line.trim()))
      .filter((match) => match !== null)
      // Everybody may ask for their own rights.
      .filter(([, resource = ""]) => !resource.startsWith("selfsubject"))
      .map(([, resource, , , verbs = ""]) => `${resource}: ${verbs.split(" ").sort().join(" ")}`)
      .sort();
    const used = ACCESS.map(
      ({ group, resource, verbs }) =>
        `${group === "" ? resource : `${resource}.${group}`}: ${verbs.toSorted().join(" ")}`,
    );
    assert.deepEqual(granted, used.sort());
  });

  async function doctor(...args: string[]): Promise<DoctorJson & { readonly status: number | null }> {
    const { status, stdout, stderr } = await thaw(
      ["doctor", "--kubernetes", "--json", "--namespace", NAMESPACE, ...args],
      { cwd: folder, env: { KUBECONFIG: cluster.kubeconfig, THAW_KUBERNETES_DEFAULTS: "" } },
    );
    assert.ok(stdout !== "", stderr);
    return { ...(JSON.parse(stdout) as DoctorJson), status };
  }
  const problemOf = ({ checks }: DoctorJson, name: string): string =>
    checks.find((check) => check.name === name)?.problem ?? "";

  it("is found healthy by the doctor, down to the services as a pod sees them", async () => {
    const found = await doctor("--service-account", ACCOUNT);
    assert.equal(found.status, 0, JSON.stringify(found.checks, null, 2));
    const states = Object.fromEntries(found.checks.map(({ name, state }) => [name, state]));
    for (const name of [
      "API server",
      "rights on jobs.batch",
      "rights on pods",
      "rights on events",
      "installation",
      "pod policy",
      "GPUs",
      "a run's pod",
      "in the pod: libtensorflow",
      "in the pod: temporal service",
      "in the pod: object store",
    ]) {
      assert.equal(states[name], "ok", `${name}: ${JSON.stringify(found.checks, null, 2)}`);
    }
    assert.equal(await leftOvers(), "");
  });

  it("is found wanting by the doctor with a sentence each", async () => {
    await cluster.setGpus(0);
    const found = await doctor(
      "--service-account",
      "default",
      "--image",
      "thaw.test/none:1",
      "--timeout",
      "20",
    );
    assert.equal(found.status, 4);
    assert.equal(found.healthy, false);
    assert.match(
      problemOf(found, "rights on jobs.batch"),
      /^service account default may not create, delete, get, list, watch jobs in namespace thaw-system$/,
    );
    assert.match(problemOf(found, "pod policy"), /kubernetes\.image: .* allows no image thaw\.test\/none:1/);
    assert.match(problemOf(found, "GPUs"), /^no node has 1 nvidia\.com\/gpu to give$/);
    assert.match(problemOf(found, "a run's pod"), /thaw\.test\/none:1/);
    assert.equal(await leftOvers(), "");
  });
});
