import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { installationDefaults, podSettings } from "../../../k8s/job/settings.js";
import { secondsIn } from "../../../spec/pods/duration.js";
import { kubernetesSchema } from "../../../spec/runFile/kubernetes.js";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "thaw-settings-"));
});
after(() => rm(folder, { recursive: true }));

test("the run file's values go before the installation's, and those before thaw's, key by key", () => {
  const settings = podSettings(
    { resources: { memory: "16Gi" }, node_selector: { gpu: "h100" }, secrets: ["mine"] },
    {
      image: "thaw:1",
      resources: { cpu: 8, memory: "4Gi" },
      node_selector: { pool: "a" },
      secrets: ["a", "b"],
    },
  );
  assert.equal(settings.image, "thaw:1");
  assert.deepEqual(settings.resources, { cpu: 8, memory: "16Gi", gpu: 1, gpu_resource: "nvidia.com/gpu" });
  assert.deepEqual(settings.node_selector, { gpu: "h100", pool: "a" });
  assert.deepEqual(settings.secrets, ["mine"], "a list is replaced as a whole");
  assert.deepEqual(settings.timeouts, { queue: "1h", start: "15m", run: "7d", no_progress: "30m" });
});

test("a stage's values go before the run file's, by the same rules", () => {
  const given = kubernetesSchema.parse({
    resources: { memory: "16Gi" },
    node_selector: { gpu: "h100" },
    tolerations: [{ key: "gpu" }],
    spot: true,
    stages: {
      evaluate: { resources: { gpu: 0, cpu: 1 }, node_selector: { gpu: null, pool: "b" }, spot: false },
      fold: { tolerations: [], priority_class: "low" },
    },
  });
  const installation = { image: "thaw:1", spot_nodes: { node_selector: { life: "spot" } } };
  const evaluate = podSettings(given, installation, "evaluate");
  assert.deepEqual(evaluate.resources, { cpu: 1, memory: "16Gi", gpu: 0, gpu_resource: "nvidia.com/gpu" });
  assert.deepEqual(evaluate.node_selector, { pool: "b" });
  assert.deepEqual(evaluate.tolerations, [{ key: "gpu" }]);
  const fold = podSettings(given, installation, "fold");
  assert.deepEqual(fold.node_selector, { gpu: "h100", life: "spot" });
  assert.deepEqual([fold.tolerations, fold.priority_class], [[], "low"]);
  const { stages: _stages, ...own } = given;
  assert.deepEqual(podSettings(given, installation), podSettings(own, installation));
});

test("a stage takes away with null what the run or the installation says; elsewhere null is a value", () => {
  const installation = { image: "thaw:1", runtime_class: "nvidia", node_selector: { pool: "gpu" } };
  const given = kubernetesSchema.parse({
    pod_template: { spec: { dnsPolicy: null } },
    stages: { evaluate: { runtime_class: null, node_selector: null } },
  });
  const settings = podSettings(given, installation, "evaluate");
  assert.ok(!("runtime_class" in settings) && !("node_selector" in settings));
  assert.deepEqual(settings.pod_template, { spec: { dnsPolicy: null } });
  assert.equal(podSettings(given, installation).runtime_class, "nvidia");
});

test("without an image there is no pod", () => {
  assert.throws(() => podSettings({}, {}), { code: "RUN_FILE_INVALID", message: /no image/ });
});

test("spot nodes are what the installation says they are", () => {
  const toleration = { key: "spot", operator: "Exists" } as const;
  const installation = {
    image: "thaw:1",
    spot_nodes: { node_selector: { life: "spot" }, tolerations: [toleration] },
  };
  assert.equal(podSettings({}, installation).node_selector, undefined);
  const settings = podSettings({ spot: true, tolerations: [{ key: "gpu" }] }, installation);
  assert.deepEqual(settings.node_selector, { life: "spot" });
  assert.deepEqual(settings.tolerations, [{ key: "gpu" }, toleration]);
  assert.throws(() => podSettings({ spot: true }, { image: "thaw:1" }), {
    code: "RUN_FILE_INVALID",
    message: /spot/,
  });
});

test("durations", () => {
  assert.deepEqual(["90s", "15m", "2h", "7d"].map(secondsIn), [90, 900, 7200, 604_800]);
});

const FILES = [
  { what: "none", text: undefined, settings: {} },
  { what: "an empty one", text: "", settings: {} },
  {
    what: "a good one",
    text: "image: thaw:2\nresources: { gpu: 0 }\n",
    settings: { image: "thaw:2", resources: { gpu: 0 } },
  },
];
for (const { what, text, settings } of FILES) {
  test(`a file of defaults: ${what}`, async () => {
    const file = text === undefined ? undefined : join(folder, "good.yaml");
    if (file !== undefined) await writeFile(file, text ?? "");
    assert.deepEqual(await installationDefaults(file), settings);
  });
}

const WRONG = [
  { what: "stages", text: "stages: { evaluate: { spot: true } }\n", says: /said in run files/ },
  { what: "misspelt", text: "imaeg: thaw:2\n", says: /imaeg/ },
  { what: "of another type", text: "resources: { gpu: many }\n", says: /resources\.gpu/ },
  { what: "no YAML", text: "a: [", says: /cannot be read/ },
];
for (const { what, text, says } of WRONG) {
  test(`a wrong file of defaults is named, with what is wrong: ${what}`, async () => {
    const file = join(folder, "wrong.yaml");
    await writeFile(file, text);
    await assert.rejects(installationDefaults(file), (error: Error & { code: string }) => {
      assert.equal(error.code, "USAGE");
      assert.match(error.message, says);
      return error.message.includes(file);
    });
  });
}
