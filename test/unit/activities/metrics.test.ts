/** What is counted: causes of restarts, parts of seconds, a stage at work. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { noopMetricMeter } from "@temporalio/common";
import {
  COUNTERS,
  GAUGES,
  HISTOGRAMS,
  POD_RESTART_CAUSES,
  RESTART_CAUSES,
} from "../../../activities/metrics/definitions.js";
import { createMetrics } from "../../../activities/metrics/metrics.js";
import { causeOf, type LastFailure } from "../../../activities/metrics/restartCause.js";
import { meterStage } from "../../../activities/metrics/stageMeter.js";

const application = (type: string): LastFailure => ({ applicationFailureInfo: { type } });
const causes: readonly [string, LastFailure | undefined, string][] = [
  ["a worker that gave no sign of life", { timeoutFailureInfo: { timeoutType: 4 } }, "worker_lost"],
  ["a stage that took its whole time", { timeoutFailureInfo: { timeoutType: 1 } }, "timeout"],
  ["a worker that left", application("WORKER_STOPPING"), "worker_leaving"],
  ["a worker whose activities the SDK cancelled", { canceledFailureInfo: {} }, "worker_leaving"],
  ["an engine that died or hung", application("ENGINE_FAILED"), "engine_died"],
  ["a full disk", application("DISK_FULL"), "disk_full"],
  ["a store that was away", application("STORE_UNREACHABLE"), "store_unreachable"],
  ["a later attempt", application("FENCED"), "fenced"],
  ["another stage's engine", application("WORKER_BUSY"), "worker_busy"],
  ["memory", application("OUT_OF_MEMORY"), "out_of_memory"],
  ["what nobody has thought of", application("ARTIFACT_CORRUPT"), "other"],
  ["a server that does not say", undefined, "other"],
];
for (const [what, failure, cause] of causes)
  test(`${what} is a restart by ${cause}`, () => assert.equal(causeOf(failure), cause));

test("docs/observability.md has a row for each metric, with its causes", () => {
  const page = readFileSync("docs/observability.md", "utf8");
  const names = [HISTOGRAMS, COUNTERS, GAUGES].flatMap((kind) => Object.values(kind).map(({ name }) => name));
  for (const name of names) assert.ok(page.includes(`| \`${name}\` |`), name);
  const rowOf = (name: string): string => page.split("\n").find((line) => line.includes(`\`${name}\``)) ?? "";
  for (const cause of RESTART_CAUSES)
    assert.ok(rowOf(COUNTERS.stageRestarts.name).includes(`\`${cause}\``), cause);
  for (const cause of POD_RESTART_CAUSES)
    assert.ok(rowOf(COUNTERS.podRestarts.name).includes(`\`${cause}\``), cause);
});

/** A meter that remembers. */
function recording() {
  const told: { name: string; value: number; tags: Record<string, unknown> | undefined }[] = [];
  const instrument = (name: string) => {
    const tell = (value: number, tags?: Record<string, unknown>): void =>
      void told.push({ name, value, tags });
    return { ...noopMetricMeter.createGauge(name), add: tell, record: tell, set: tell };
  };
  const meter = Object.assign(Object.create(noopMetricMeter), {
    createCounter: instrument,
    createHistogram: instrument,
    createGauge: instrument,
  });
  return { told, metrics: createMetrics(() => meter) };
}

test("counters of whole seconds lose nothing of many parts", () => {
  const { told, metrics } = recording();
  const labels = { stage: "head", model: "digits" } as const;
  for (let i = 0; i < 40; i++) metrics.engineCpu(labels, 0.26);
  metrics.engineCpu({ ...labels, model: "birds" }, 0.9);
  const sum = (model: string): number =>
    told.filter(({ tags }) => tags?.model === model).reduce((all, { value }) => all + value, 0);
  assert.ok(told.every(({ value }) => Number.isInteger(value)));
  assert.equal(sum("digits"), 10);
  assert.equal(sum("birds"), 0);
});

test("a stage at work: images are taken out of its progress, GPUs are held, a checkpoint makes it young", () => {
  const { told, metrics } = recording();
  const meter = meterStage(metrics, { stage: "tune", model: "digits" }, 2);
  const live = { phase: "epoch 1/2", step: 1, total: 4 };
  assert.deepEqual(meter.progress({ ...live, images: 32 }), live);
  for (const reused of [0, 900]) assert.deepEqual(meter.progress({ ...live, reused }), live);
  assert.deepEqual(meter.progress(live), live);
  meter.training();
  meter.processorTime(1.5);
  meter.checkpointWritten({ folder: "", position: { epoch: 0, step: 1 }, steered: false, seconds: 0.2 });
  meter.checkpointStored(0.5, 1000, 900);
  const { seconds, cpuSeconds } = meter.used();
  assert.equal(cpuSeconds, 1.5);
  assert.ok(seconds >= 0);
  meter.stop();
  const of = (name: string): number[] => told.filter((one) => one.name === name).map(({ value }) => value);
  assert.deepEqual(of("thaw_images_total"), [32]);
  assert.deepEqual(of("thaw_images_reused_total"), [0, 900]);
  assert.deepEqual(of("thaw_checkpoint_size_bytes"), [1000]);
  assert.deepEqual(of("thaw_checkpoint_sent_bytes_total"), [900]);
  assert.deepEqual(of("thaw_checkpoint_write_seconds"), [0.2]);
  assert.equal(of("thaw_checkpoint_age_seconds").at(-1), 0);
  assert.equal(of("thaw_gpu_held_seconds_total").length, 1);
});
