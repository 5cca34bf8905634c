/** What a run's pod is told of the services, of the collector of traces and of itself. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { podEnvironment } from "../../../runtime/podEnvironment.js";
import { workerResources } from "../../../runtime/resources.js";

const STORE = {
  endpoint: "http://s3:9000",
  bucket: "b",
  region: "r",
  credentials: { accessKey: "a", secretKey: "s" },
  pathStyle: true,
};
const SERVICES = { store: STORE, temporal: { address: "temporal:7233", namespace: "default" } };

test("a pod sends its spans where the control worker does, under its own name and without credentials", () => {
  const told = podEnvironment(SERVICES, {
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318",
    OTEL_TRACES_SAMPLER: "always_on",
    OTEL_SERVICE_NAME: "thaw-control-a",
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=secret",
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: "authorization=secret",
    OTEL_EXPORTER_OTLP_CLIENT_KEY: "/a/key",
    THAW_METRICS_ADDRESS: "0.0.0.0:9464",
    HOME: "/root",
  });
  assert.deepEqual(
    Object.keys(told).filter((name) => !/^(TEMPORAL|THAW_S3|AWS)_/.test(name)),
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_TRACES_SAMPLER", "THAW_METRICS_ADDRESS"],
  );
});

test("an endpoint that only the control worker's machine can read is none for pods", () => {
  for (const address of ["127.0.0.1:9464", "localhost:9464", "[::1]:9464"])
    assert.equal(podEnvironment(SERVICES, { THAW_METRICS_ADDRESS: address }).THAW_METRICS_ADDRESS, undefined);
});

test("a pod goes through the control worker's proxy, unless that has a password or is on its machine", () => {
  const told = podEnvironment(SERVICES, {
    HTTPS_PROXY: "http://proxy:3128",
    http_proxy: "http://me:secret@proxy:3128",
    ALL_PROXY: "127.0.0.1:3128",
    NO_PROXY: "localhost",
    no_proxy: "",
  });
  assert.deepEqual(
    Object.entries(told).filter(([name]) => /proxy$/i.test(name)),
    [
      ["HTTPS_PROXY", "http://proxy:3128"],
      ["NO_PROXY", "localhost"],
    ],
  );
});

test("a worker has what its pod asked for, else the machine", () => {
  const asked = { cpus: 4, memoryGiB: 16, gpus: 1, spot: true, node: { gpu: "h100" } };
  assert.deepEqual(workerResources({ THAW_RESOURCES: JSON.stringify(asked) }), asked);
  for (const THAW_RESOURCES of [undefined, "", "{", "{}"]) {
    const { cpus, ...others } = workerResources({ THAW_RESOURCES });
    assert.ok(cpus >= 1);
    assert.deepEqual(others, { gpus: 0 });
  }
  assert.equal(workerResources({ THAW_ENGINE: "gpu" }).gpus, 1);
});
