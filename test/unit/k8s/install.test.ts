/** The manifests of the installation say what the code says: rights, variables, keys, versions. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import { z } from "zod";
import { ACCESS, type Access } from "../../../k8s/access.js";
import { installationDefaults, podSettings } from "../../../k8s/job/settings.js";
import { EVENT_TYPES } from "../../../spec/notifications/event.js";
import { notificationsSchema } from "../../../spec/notifications/settings.js";
import { podPolicySchema } from "../../../spec/pods/policy.js";
import { pricesSchema } from "../../../spec/prices.js";
import { installationSchema } from "../../../spec/runFile/kubernetes.js";

const CHART = "k8s/chart";
const KUSTOMIZE = "k8s/kustomize";

const read = (...path: string[]): string => readFileSync(join(...path), "utf8");
const filesBelow = (folder: string, suffix: RegExp): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => suffix.test(name) && !/(^|\/)(node_modules|dist)\//.test(name))
    .map((name) => join(folder, name));

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const flat = (access: readonly Access[]): string[] =>
  access.flatMap(({ group, resource, verbs }) => verbs.map((verb) => `${verb} ${resource}.${group}`)).sort();
const flatRules = (rules: readonly Rule[]): string[] =>
  flat(
    rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) => resources.map((resource) => ({ group, resource, verbs }))),
    ),
  );

/** What the client's methods are to the authorizer. */
const VERBS: Readonly<Record<string, string>> = { read: "get", replace: "update" };
const GROUPS: Readonly<Record<string, string>> = { batch: "batch", core: "" };

/** The rights that the control worker needs, read off its calls of the client and the paths of its watches. */
function usedRights(): string[] {
  const calls = filesBelow("k8s", /^(?!doctor\/).*\.ts$/).flatMap((file) => {
    const source = read(file);
    const methods = source.matchAll(/\bcluster\.(\w+)\.([a-z]+)Namespaced(\w+)\(/g);
    const watches = source.matchAll(/\/apis?\/(?:(\w+)\/)?v1\/namespaces\/\$\{namespace\}\/(\w+)`/g);
    return [
      ...[...methods].map(([, api = "", method = "", kind = ""]) => {
        assert.ok(api in GROUPS, `${file}: API ${api}`);
        return `${VERBS[method] ?? method} ${kind.toLowerCase()}s.${GROUPS[api]}`;
      }),
      ...[...watches].map(([, group = "", resource]) => `watch ${resource}.${group}`),
    ];
  });
  return [...new Set(calls)].sort();
}

test("the rights that are granted are the ones that the code uses", () => {
  assert.deepEqual(flat(ACCESS), usedRights());
});

test("kustomize's Role and the chart's are the same", () => {
  const role = parseAllDocuments(read(KUSTOMIZE, "role.yaml"))
    .map((document) => document.toJS() as { kind: string; rules: Rule[] })
    .find(({ kind }) => kind === "Role");
  assert.deepEqual(flatRules(role?.rules ?? []), flat(ACCESS));
  const [, rules = ""] = /^(rules:\n(?: .*\n)+)/m.exec(read(CHART, "templates/role.yaml")) ?? [];
  assert.deepEqual(flatRules((parse(rules) as { rules: Rule[] }).rules), flat(ACCESS));
});

test("every variable that the manifests set is read by the code", () => {
  const library = "node_modules/@temporalio/envconfig/lib";
  const sources = [
    ...filesBelow(".", /\.ts$/).filter((file) => !/^(test|bench)\//.test(file)),
    ...filesBelow(library, /\.js$/),
  ];
  const code = sources.map((file) => read(file)).join("\n");
  const manifests = [
    ...filesBelow(CHART, /\.(yaml|tpl)$/),
    ...filesBelow(KUSTOMIZE, /\.yaml$/),
    "k8s/docker/Dockerfile",
  ];
  const names = new Set(
    manifests.flatMap((file) => read(file).match(/\b(?:THAW|TEMPORAL|AWS)_[A-Z0-9_]+/g) ?? []),
  );
  assert.ok(names.size > 15, `${names.size} variables found`);
  for (const name of names) assert.match(code, new RegExp(`\\b${name}\\b`), `${name} is read by nobody`);
});

test("the chart's values know the keys that an installation may say", () => {
  const schema = JSON.parse(read(CHART, "values.schema.json"));
  assert.deepEqual(
    Object.keys(schema.definitions.defaults.properties).sort(),
    Object.keys(installationSchema.shape).sort(),
  );
});

test("the chart's values are all described by its schema", () => {
  const schema = JSON.parse(read(CHART, "values.schema.json"));
  const values = parse(read(CHART, "values.yaml")) as Record<string, Record<string, unknown>>;
  for (const [section, entries] of Object.entries(values).filter(([name]) => name !== "prices")) {
    const known = Object.keys(schema.properties[section].properties).sort();
    assert.deepEqual(Object.keys(entries).sort(), known, section);
  }
});

test("every value of the chart is used by a template, where the pods go as well", () => {
  const templates = filesBelow(join(CHART, "templates"), /\.(yaml|tpl|txt)$/)
    .map((file) => read(file))
    .join("\n");
  const values = parse(read(CHART, "values.yaml")) as Record<string, Record<string, unknown>>;
  for (const key of ["nodeSelector", "tolerations", "affinity", "topologySpreadConstraints"]) {
    assert.ok(key in (values.control ?? {}), `control.${key}`);
  }
  for (const section of ["control", "prePull"]) {
    for (const key of Object.keys(values[section] ?? {})) {
      assert.match(templates, new RegExp(`\\.Values\\.${section}\\.${key}\\b`), `${section}.${key}`);
    }
  }
});

test("the chart's endpoints of notifications have the keys and events of the code's", () => {
  const { items } = JSON.parse(read(CHART, "values.schema.json")).properties.notifications.properties
    .endpoints;
  const endpoint = notificationsSchema.shape.endpoints.element;
  assert.deepEqual(Object.keys(items.properties).sort(), Object.keys(endpoint.shape).sort());
  assert.deepEqual(items.properties.events.items.enum, EVENT_TYPES);
});

test("the chart's price table has the keys of the code's", () => {
  const { properties } = JSON.parse(read(CHART, "values.schema.json")).properties.prices;
  assert.deepEqual(Object.keys(properties).sort(), Object.keys(pricesSchema.shape).sort());
  const row = pricesSchema.shape.nodes.unwrap().element;
  assert.deepEqual(Object.keys(properties.nodes.items.properties).sort(), Object.keys(row.shape).sort());
});

test("the chart's values have the strict policy, key by key, and its schema knows the same", () => {
  const { podPolicy } = parse(read(CHART, "values.yaml")) as { podPolicy: unknown };
  assert.deepEqual(podPolicy, podPolicySchema.parse({}));
  const { properties } = JSON.parse(read(CHART, "values.schema.json")).properties.podPolicy;
  const wanted = z.toJSONSchema(podPolicySchema, { target: "draft-7", io: "input" }).properties ?? {};
  for (const [key, { default: _default, ...schema }] of Object.entries(
    wanted as Record<string, object & { default?: unknown }>,
  ))
    assert.deepEqual(properties[key], schema, key);
  assert.deepEqual(Object.keys(properties).sort(), Object.keys(wanted).sort());
});

test("no pod may call the addresses that give it the credentials of its node", () => {
  interface Policy {
    spec: { egress: { to?: { ipBlock?: { cidr: string; except?: string[] } }[] }[] };
  }
  const { networkPolicy } = parse(read(CHART, "values.yaml")) as {
    networkPolicy: { metadata: string[]; to: Record<string, unknown[]> };
  };
  assert.ok(
    ["169.254.169.254/32", "fd00:ec2::254/128"].every((known) => networkPolicy.metadata.includes(known)),
  );
  const policies = parseAllDocuments(read(KUSTOMIZE, "networkpolicies.yaml")).map(
    (document) => document.toJS() as Policy,
  );
  assert.equal(policies.length, 2);
  for (const { to = [] } of policies.flatMap(({ spec }) => spec.egress)) {
    const blocks = to.flatMap(({ ipBlock }) => (ipBlock === undefined ? [] : [ipBlock]));
    assert.deepEqual(
      blocks.map(({ cidr }) => cidr),
      ["0.0.0.0/0", "::/0"],
    );
    assert.deepEqual(blocks.flatMap(({ except = [] }) => except).sort(), networkPolicy.metadata.toSorted());
  }
  const template = read(CHART, "templates/networkpolicy.yaml");
  for (const service of Object.keys(networkPolicy.to))
    assert.match(template, new RegExp(`"${service}"`), service);
});

test("kustomize's defaults of the installation are ones that a run can have", async () => {
  const defaults = await installationDefaults(join(KUSTOMIZE, "kubernetes.yaml"));
  assert.equal(podSettings({}, defaults).resources.gpu, 1);
});

test("chart, kustomize and package have one version", () => {
  const { version } = JSON.parse(read("package.json")) as { version: string };
  const chart = parse(read(CHART, "Chart.yaml")) as { version: string; appVersion: string };
  assert.deepEqual([chart.version, chart.appVersion], [version, version]);
  assert.match(read(KUSTOMIZE, "deployment.yaml"), new RegExp(`image: thaw:${version}\n`));
  assert.match(read(KUSTOMIZE, "kubernetes.yaml"), new RegExp(`image: thaw:${version}-gpu\n`));
});

test("the image starts a program of the project, and so does the control worker's Deployment", () => {
  const programs = [
    ...read("k8s/docker/Dockerfile").matchAll(/^CMD \["(dist\/[^"]+)"\]/gm),
    ...read(CHART, "templates/deployment.yaml").matchAll(/args: \[(dist\/[^\],]+)/g),
    ...read(CHART, "templates/tests/doctor.yaml").matchAll(/args: \[(dist\/[^\],]+)/g),
    ...read(KUSTOMIZE, "deployment.yaml").matchAll(/args: \[(dist\/[^\],]+)/g),
  ].map(([, program = ""]) => program);
  assert.equal(programs.length, 4);
  for (const program of programs) {
    assert.ok(read(program.replace(/^dist\//, "").replace(/\.js$/, ".ts")).length > 0, program);
  }
});
