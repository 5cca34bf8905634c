/** Runs with workers that are scraped and traced, and a price table. */
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { COUNTERS, GAUGES, HISTOGRAMS } from "../../../activities/metrics/definitions.js";
import type { GetJson } from "../../../cli/json/get.js";
import type { RunJson } from "../../../cli/json/run.js";
import { parseRunFile } from "../../../client/runFile/parse.js";
import { costOfRun } from "../../../client/runs/cost.js";
import { startRun } from "../../../client/runs/start.js";
import { layoutOf, logFileOf } from "../../../runtime/services/layout.js";
import type { ReportData } from "../../../spec/records/report.js";
import { runUsage } from "../../../store/records/runUsage.js";
import { thaw, thawJson } from "../../support/cli/thaw.js";
import { type Family, parseExposition } from "../../support/exposition.js";
import { smallImageSet } from "../../support/images/images.js";
import { type Collector, type ReceivedSpan, startCollector } from "../../support/services/collector.js";
import { isComputing, slowEngine, waitForStage } from "../../support/services/faults.js";
import { type Stack, startStack } from "../../support/services/stack.js";
import { until } from "../../support/until.js";

const RUN_FILE = `
name: observed
base: tiny
data: { path: images }
recipe: staged
augment: { views: 16 }
head: { epochs: 4 }
unfreeze: { stages: [layer2], epochs: 2 }
evaluation: { folds: 0 }
`;
/** A cent for each second of a processor. */
const PRICES = "currency: EUR\ncpu_hour: 36\n";
/** Of an engine that is slowed down: it is to start soon, and its stages are to last some seconds. */
const REST_MS = 160;
/** What a cached run looks up and computes nothing of. */
const COMPUTED_HERE = ["ingest", "features", "recipe", "head", "tune-1", "evaluate"];

let collector: Collector;
let stack: Stack;
let port: number;
let folder: string;
before(async () => {
  collector = await startCollector();
  folder = await mkdtemp(join(tmpdir(), "thaw-observed-"));
  await writeFile(join(folder, "prices.yaml"), PRICES);
  port = await freePair();
  // For the workers, and for the commands.
  Object.assign(process.env, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    THAW_METRICS_ADDRESS: `127.0.0.1:${port}`,
    // After each step: there are few.
    THAW_CHECKPOINT_SECONDS: "0.01",
    THAW_PRICES: join(folder, "prices.yaml"),
  });
  stack = await startStack({ workers: true, tinyBase: true });
  await smallImageSet(join(stack.folder, "images"), 8);
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
});
after(async () => {
  await stack?.close();
  await collector?.close();
  await rm(folder, { recursive: true, force: true });
});

/** The first of two ports side by side, below those of outgoing connections. */
async function freePair(): Promise<number> {
  const isFree = async (candidate: number): Promise<boolean> => {
    const server = createServer().listen(candidate, "127.0.0.1");
    const free = await Promise.race([
      once(server, "listening").then(() => true),
      once(server, "error").then(() => false),
    ]);
    server.close();
    return free;
  };
  for (;;) {
    const first = randomInt(20_000, 30_000);
    if ((await isFree(first)) && (await isFree(first + 1))) return first;
  }
}

type Worker = "control" | "training";
const scrape = async (worker: Worker): Promise<ReadonlyMap<string, Family>> => {
  const at = port + (worker === "control" ? 0 : 1);
  return parseExposition(await (await fetch(`http://127.0.0.1:${at}/metrics`)).text());
};

/** The sum of the series with these labels. */
async function total(worker: Worker, name: string, labels: Readonly<Record<string, string>>, suffix = "") {
  const samples = (await scrape(worker)).get(name)?.samples ?? [];
  return samples
    .filter(({ name: own }) => own === `${name}${suffix}`)
    .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
}

let run: RunJson;

test("a run is counted: stages, images, processor time, checkpoints, a dead engine", async () => {
  // From its first stage on: one of so few images would be over before it is disturbed.
  const slowed = slowEngine(stack, REST_MS);
  const { runId } = await thawJson<{ runId: string }>(stack.folder, "run", "--detach");
  const { pid: engine, goOn } = await slowed;
  await waitForStage(stack, runId, "features", isComputing);
  process.kill(engine, "SIGKILL");
  goOn();
  const end = await thaw(["watch", runId, "--json"], { cwd: stack.folder });
  assert.equal(end.status, 0, end.stderr);
  run = JSON.parse(end.stdout.trim().split("\n").at(-1) ?? "") as RunJson;

  const duration = HISTOGRAMS.stageDuration.name;
  for (const stage of ["ingest", "features", "recipe", "head", "tune", "evaluate"]) {
    assert.equal(await total("training", duration, { stage, outcome: "computed" }, "_count"), 1, stage);
    assert.ok((await total("training", duration, { stage, outcome: "computed" }, "_sum")) > 0, stage);
  }
  for (const stage of ["register", "report"])
    assert.equal(await total("control", duration, { stage, outcome: "computed" }, "_count"), 1, stage);
  assert.equal(await total("training", duration, { stage: "features", outcome: "failed" }, "_count"), 1);
  assert.equal(await total("training", COUNTERS.stageRestarts.name, { cause: "engine_died" }), 1);
  assert.equal(await total("training", COUNTERS.stageRestarts.name, {}), 1);
  assert.equal(await total("training", HISTOGRAMS.stageQueue.name, { stage: "features" }, "_count"), 2);

  const got = await thaw(["get", runId, "report", "--out", folder], { cwd: stack.folder });
  assert.equal(got.status, 0, got.stderr);
  const report = JSON.parse(await readFile(join(folder, "report.json"), "utf8")) as ReportData;
  const [train = 0] = [report.dataset.counts.train.reduce((sum, count) => sum + count, 0)];
  const images = (stage: string) => total("training", COUNTERS.images.name, { stage, model: "observed" });
  assert.equal(await images("ingest"), report.dataset.images);
  assert.equal(await images("head"), train * report.head.history.length);
  assert.equal(await images("tune"), train * (report.stages[0]?.history.length ?? 0));
  assert.ok((await images("features")) > 0);
  const reused = { stage: "features", model: "observed" };
  assert.equal(await total("training", COUNTERS.reused.name, reused), 0, "nought from the beginning");
  assert.ok((await total("training", COUNTERS.engineCpu.name, { stage: "features" })) >= 1);
  assert.ok((await total("training", HISTOGRAMS.checkpointWrite.name, { stage: "tune" }, "_count")) >= 1);
  assert.ok((await total("training", GAUGES.checkpointSize.name, { stage: "tune" })) > 1e4);
  assert.equal(await total("training", GAUGES.checkpointAge.name, {}), 0);
});

test("names and units are Prometheus' own, and no label tells runs apart", async () => {
  for (const worker of ["control", "training"] as const) {
    const own = [...(await scrape(worker)).values()].filter(({ name }) => name.startsWith("thaw_"));
    assert.ok(own.length >= 3, worker);
    for (const { name, type, help, samples } of own) {
      assert.match(name, /^thaw_[a-z]+(_[a-z]+)*$/);
      assert.equal(name.endsWith("_total"), type === "counter", `${name} is a ${type}`);
      assert.doesNotMatch(name, /_(milliseconds|ms|minutes|kilobytes|percent)(_|$)/);
      assert.notEqual(help, "", name);
      for (const { labels } of samples)
        for (const value of Object.values(labels)) assert.ok(!value.includes(run.runId), `${name}: ${value}`);
    }
  }
});

test("the trace of a run: command, workflow, activities, engine", async () => {
  const named = (name: string): ReceivedSpan | undefined => collector.spans.find((one) => one.name === name);
  await until("the workflow's span comes", () => named("RunWorkflow:transferLearning") !== undefined);
  assert.deepEqual(collector.refused, []);
  const byId = new Map(collector.spans.map((one) => [one.spanId, one]));
  const above = (one: ReceivedSpan | undefined): string[] => {
    const parent = byId.get(one?.parentSpanId ?? "");
    return parent === undefined ? [] : [`${parent.service} ${parent.name}`, ...above(parent)];
  };
  const workflow = ["thaw-control RunWorkflow:transferLearning", "thaw-cli StartWorkflow:transferLearning"];
  assert.deepEqual(above(named("RunWorkflow:transferLearning")), workflow.slice(1));
  const activity = (type: string) => [
    `thaw-training RunActivity:${type}`,
    `thaw-control StartActivity:${type}`,
    ...workflow,
  ];
  assert.deepEqual(above(named("RunActivity:trainHead")), activity("trainHead").slice(1));
  assert.deepEqual(above(named("engine head")), activity("trainHead"));
  assert.deepEqual(above(named("engine tune")), activity("tuneStage"));
  const under = (parent: string, name: string): ReceivedSpan[] =>
    collector.spans.filter((one) => one.name === name && byId.get(one.parentSpanId ?? "")?.name === parent);
  assert.equal(under("engine tune", "epoch").length, 2);
  assert.equal(under("engine head", "load").length, 1);
  assert.ok(under("engine tune", "checkpoint").length >= 1);
  const traces = new Set(
    collector.spans.filter(({ name }) => name.startsWith("engine ")).map((one) => one.traceId),
  );
  assert.equal(traces.size, 1);
  for (const { startTimeUnixNano: start, endTimeUnixNano: end, name } of collector.spans)
    assert.ok(BigInt(end) >= BigInt(start), name);
});

test("a run costs what its stages held, by the table of whoever asks", async () => {
  const { cost } = await thawJson<GetJson>(stack.folder, "get", run.runId);
  const artifacts = run.result?.artifacts ?? {};
  const usages = await runUsage(stack.session.store, run.runId, artifacts);
  assert.deepEqual([...usages.keys()], COMPUTED_HERE);
  let expected = 0;
  for (const { seconds, cpuSeconds, resources } of usages.values()) {
    assert.ok(seconds > 0 && cpuSeconds >= 0 && cpuSeconds <= seconds * resources.cpus * 1.2);
    expected += (seconds * resources.cpus) / 100;
  }
  assert.ok(Math.abs((cost?.amount ?? 0) - expected) < 1e-9);
  // The attempt whose engine was killed was paid, too.
  const features = usages.get("features");
  const took = (outcome: string) =>
    total("training", HISTOGRAMS.stageDuration.name, { stage: "features", outcome }, "_sum");
  const [computed, failed] = [await took("computed"), await took("failed")];
  // Up to its last heartbeat, in whole seconds; on a busy machine that is some seconds before its end.
  const paid = features?.seconds ?? 0;
  assert.ok(paid > computed + failed / 2 - 2.5, `${paid} of ${computed} + ${failed} s`);
  const shown = await thaw(["get", run.runId], { cwd: stack.folder });
  assert.match(shown.stdout, /^cost \d+\.\d\d EUR: 6 stages held a worker for /m);
  assert.match(
    await readFile(join(folder, "report.html"), "utf8"),
    /and cost \d+\.\d\d EUR by the installation/,
  );
  assert.equal(await total("control", HISTOGRAMS.runCost.name, { currency: "EUR" }, "_count"), 1);
  assert.ok(Math.abs((await total("control", HISTOGRAMS.runCost.name, {}, "_sum")) - expected) < 1e-6);
});

test("a run that finds everything costs nothing; a collector that is away does not matter", async () => {
  await collector.close();
  const { status, stdout, stderr } = await thaw(["run", "--json"], { cwd: stack.folder });
  assert.equal(status, 0, stderr);
  const second = JSON.parse(stdout) as RunJson;
  const { result = assert.fail() } = second;
  const cost = () => costOfRun(stack.session.store, second.runId, result);
  assert.deepEqual(await cost(), { currency: "EUR", amount: 0, stages: [] });
  delete process.env.THAW_PRICES;
  assert.equal(await cost(), undefined);
  const said = async (): Promise<number> => {
    const log = await readFile(logFileOf(layoutOf(stack.folder), "control-worker"), "utf8");
    return log.match(/^control: traces do not reach their collector: .*ECONNREFUSED/gm)?.length ?? 0;
  };
  await until("the control worker says that the collector is away", async () => (await said()) > 0);
  assert.equal(await said(), 1);
  assert.equal(
    await total("control", HISTOGRAMS.stageDuration.name, { stage: "head", outcome: "cached" }, "_count"),
    1,
  );
});

test("the dashboard asks for nothing that the workers do not tell", async () => {
  // Two ends that the SDK counts only once they have happened.
  const file = parseRunFile(RUN_FILE, "thaw.yaml", ["seed=2"]);
  const failed = await startRun(stack.session, { file, dataPath: join(folder, "nowhere") });
  const endOf = async (runId: string): Promise<string> => {
    const handle = stack.session.temporal.workflow.getHandle(runId);
    await assert.rejects(handle.result());
    return (await handle.describe()).status.name;
  };
  assert.equal(await endOf(failed.runId), "FAILED");
  const { runId } = await startRun(stack.session, { file, dataPath: join(stack.folder, "images") });
  await stack.session.temporal.workflow.getHandle(runId).cancel();
  assert.equal(await endOf(runId), "CANCELLED");
  const told = new Set<string>();
  // The worker counts an end when the server has answered, whom somebody else may have asked before.
  await until("the worker has counted the cancelled run", async () => {
    for (const worker of ["control", "training"] as const)
      for (const { samples } of (await scrape(worker)).values())
        for (const { name } of samples) told.add(name);
    return told.has("temporal_workflow_canceled");
  });
  const dashboard = await readFile(join("k8s", "chart", "grafana", "thaw.json"), "utf8");
  const expressions = [...dashboard.matchAll(/"(?:expr|definition|query)": "((?:[^"\\]|\\.)*)"/g)];
  const asked = new Set(
    expressions.flatMap(([, text = ""]) => text.match(/\b(?:thaw|temporal)_[a-z0-9_]+/g) ?? []),
  );
  assert.ok(asked.size >= 20, `${asked.size} names`);
  // This machine has no GPU.
  const isAbsent = (name: string): boolean => !told.has(name) && name !== COUNTERS.gpuHeld.name;
  assert.deepEqual([...asked].filter(isAbsent), []);
  const families = [HISTOGRAMS, COUNTERS, GAUGES].flatMap((kind) => Object.values(kind));
  for (const { name } of families)
    assert.ok(
      [...asked].some((one) => one === name || one.startsWith(`${name}_`)),
      `${name} is on no panel`,
    );
});
