/** What a child process gets of our environment: canaries in every place where a credential can stand. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { settleNumbers, withheldSentence } from "../../../../spec/engine/variables.js";
import { type ChildKind, childEnvironment } from "../../../../spec/processes/childEnvironment.js";
import { sourcePaths } from "../../structure/sources.js";

const CANARY = "canary-7f3a";
const KINDS: readonly ChildKind[] = ["engine", "server", "tool", "compiler", "pip", "npm", "desktop"];

const SECRETS = [
  ...[
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_PROFILE",
  ],
  ...[
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "MINIO_ROOT_PASSWORD",
    "THAW_S3_ENDPOINT",
    "THAW_S3_BUCKET",
    "THAW_RUN_ID",
  ],
  ...[
    "TEMPORAL_API_KEY",
    "TEMPORAL_ADDRESS",
    "TEMPORAL_TLS_CLIENT_KEY_DATA",
    "TEMPORAL_GRPC_META_AUTHORIZATION",
  ],
  ...[
    "KUBECONFIG",
    "KUBERNETES_SERVICE_HOST",
    "SLACK_WEBHOOK_URL",
    "GITHUB_TOKEN",
    "DATABASE_URL",
    "SSH_AUTH_SOCK",
  ],
  ...["GOOGLE_APPLICATION_CREDENTIALS", "AZURE_CLIENT_SECRET", "VAULT_TOKEN", "HF_TOKEN", "WANDB_API_KEY"],
  ...["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_ENDPOINT"],
  // They begin like what is needed.
  ...[
    "NVIDIA_API_KEY",
    "TF_VAR_db_password",
    "TF_TOKEN_app_terraform_io",
    "TF_CLI_ARGS",
    "CUDA_SECRET",
    "XDG_TOKEN",
  ],
  ...["LC_KEY", "PATHS", "HOME_TOKEN", "MALLOC_PASSWORD", "THAW_ENGINE_KEY", "NEVER_HEARD_OF"],
];
const PROXIES = ["http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy", "no_proxy"];
const REGISTRIES = [
  "PIP_INDEX_URL",
  "PIP_EXTRA_INDEX_URL",
  "NPM_TOKEN",
  "NODE_AUTH_TOKEN",
  "npm_config__auth",
];

const namesOf = (kind: ChildKind, names: readonly string[], value = CANARY): string[] =>
  Object.keys(childEnvironment(kind, Object.fromEntries(names.map((name) => [name, value])))).sort();

for (const kind of KINDS) {
  test(`no credential reaches a child of the kind ${kind}`, () => {
    assert.deepEqual(namesOf(kind, SECRETS), []);
  });

  test(`a child of the kind ${kind} finds programs, its home and its language`, () => {
    assert.deepEqual(namesOf(kind, ["PATH", "HOME", "TMPDIR", "LC_ALL"]), [
      "HOME",
      "LC_ALL",
      "PATH",
      "TMPDIR",
    ]);
  });
}

test("passwords of proxies and package indexes reach those alone that download", () => {
  for (const kind of KINDS) {
    const expected = {
      pip: [...PROXIES, "PIP_EXTRA_INDEX_URL", "PIP_INDEX_URL"],
      npm: [...PROXIES, ...REGISTRIES.slice(2)],
    };
    const wanted = kind === "pip" || kind === "npm" ? expected[kind] : [];
    assert.deepEqual(namesOf(kind, [...PROXIES, ...REGISTRIES]), [...wanted].sort(), kind);
  }
});

test("the engine finds what decides how it computes", () => {
  const needed = [
    ...[
      "THAW_ENGINE",
      "THAW_DEVICE",
      "THAW_CACHE",
      "LD_LIBRARY_PATH",
      "CUDA_VISIBLE_DEVICES",
      "OMP_NUM_THREADS",
    ],
    ...["NODE_OPTIONS", "NODE_COMPILE_CACHE"],
    ...[
      "TF_NUM_INTRAOP_THREADS",
      "TF_CPP_MIN_LOG_LEVEL",
      "NVIDIA_VISIBLE_DEVICES",
      "OTEL_RESOURCE_ATTRIBUTES",
    ],
  ];
  assert.deepEqual(namesOf("engine", needed), needed.sort());
});

test("what would change the engine's numbers stays here", () => {
  const numbers = [
    ...[
      "TF_ENABLE_ONEDNN_OPTS",
      "TF_ENABLE_ZENDNN_OPTS",
      "TF_DISABLE_MKL",
      "TF_USE_DEEP_CONV2D",
      "TF_USE_CUBLASLT",
    ],
    ...["TF_SET_ONEDNN_FPMATH_MODE", "TF_ONEDNN_ASSUME_FROZEN_WEIGHTS", "TF_XLA_FLAGS", "XLA_FLAGS"],
    ...["ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "ONEDNN_CPU_ISA_HINTS", "ONEDNN_DEFAULT_FPMATH_MODE"],
    ...["MKL_CBWR", "MKL_ENABLE_INSTRUCTIONS", "OPENBLAS_CORETYPE", "NVIDIA_TF32_OVERRIDE", "VIPS_NOVECTOR"],
    ...["TF_AUTO_MIXED_PRECISION_GRAPH_REWRITE_LEVEL", "TF_FP16_MATMUL_USE_FP32_COMPUTE"],
  ];
  assert.deepEqual(namesOf("engine", numbers, "0"), []);
  const others = [
    ...["TF_DETERMINISTIC_OPS", "TF_CUDNN_USE_AUTOTUNE", "TF_GPU_THREAD_MODE", "TF_FORCE_GPU_ALLOW_GROWTH"],
    ...["ONEDNN_VERBOSE", "DNNL_PRIMITIVE_CACHE_CAPACITY", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"],
    ...["NVIDIA_DRIVER_CAPABILITIES", "VIPS_CONCURRENCY", "KMP_BLOCKTIME"],
  ];
  assert.deepEqual(namesOf("engine", others, "1"), others.toSorted());
});

test("a process that loads TensorFlow does without them, with oneDNN, and it is said which", () => {
  const env = { ONEDNN_MAX_CPU_ISA: "AVX2", TF_ENABLE_ONEDNN_OPTS: "0", XLA_FLAGS: "x", TF_VAR_region: "r" };
  assert.match(
    withheldSentence(env) ?? "",
    /^nothing that computes gets ONEDNN_MAX_CPU_ISA, TF_ENABLE_ONEDNN_OPTS, XLA_FLAGS: /,
  );
  settleNumbers(env);
  assert.deepEqual(env, { TF_ENABLE_ONEDNN_OPTS: "1", TF_VAR_region: "r" });
  assert.equal(withheldSentence(env), undefined, "what is set as thaw sets it is nothing to tell");
});

test("a needed variable whose value is an address with a password stays here", () => {
  for (const name of ["THAW_CACHE", "LANG", "OTEL_RESOURCE_ATTRIBUTES"])
    assert.deepEqual(namesOf("engine", [name], `https://me:${CANARY}@host/x`), [], name);
});

/** Workers are this program itself: they hold the credentials. Their supervisor hands them on. */
const OURSELVES = [
  "runtime/services/supervision/keeper.ts",
  "runtime/services/supervision/startSupervisor.ts",
];

test("every file that starts a process takes the child's environment from one place", () => {
  const starting = sourcePaths()
    .filter((path) => !/^(test|bench)\//.test(path))
    .filter((path) => /from "node:(child_process|cluster)"/.test(readFileSync(path, "utf8")));
  const own = starting.filter((path) => !/childEnvironment\(/.test(readFileSync(path, "utf8")));
  assert.deepEqual(own.sort(), OURSELVES);
  assert.ok(starting.length > own.length + 3, starting.join());
});
