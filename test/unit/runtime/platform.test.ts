import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { loadPlatform, loadStorePlatform } from "../../../runtime/platform.js";
import { podEnvironment } from "../../../runtime/podEnvironment.js";
import { findProjectFolder } from "../../../runtime/projectFolder.js";
import { layoutOf, makeFolders } from "../../../runtime/services/layout.js";
import { PORT_NAMES, type Ports } from "../../../runtime/services/names.js";
import { newRecord, type ServicesRecord, writeRecord } from "../../../runtime/services/record.js";
import { identify } from "../../../runtime/services/supervision/processes.js";
import { type ErrorCode, ThawError } from "../../../spec/errors.js";
import { keysOf } from "../../support/services/serviceVariables.js";

const scratch = mkdtempSync(join(tmpdir(), "thaw-platform-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

const PORTS = Object.fromEntries(PORT_NAMES.map((name, i) => [name, 20_001 + i])) as unknown as Ports;
const self = identify(process.pid);

/** A project whose services were started by this very process, or by one that is gone. */
function project(name: string, supervisor: ServicesRecord["supervisor"]): string {
  const folder = join(scratch, name);
  mkdirSync(folder);
  const layout = layoutOf(folder);
  makeFolders(layout);
  const service = { ready: true, restarts: 0, failures: 0 };
  writeRecord(layout, {
    ...newRecord(PORTS, undefined),
    ...(supervisor === undefined ? {} : { supervisor }),
    services: { temporal: service, s3: service },
  });
  return folder;
}

const running = project("running", self);
const stopped = project("stopped", undefined);
const killed = project("killed", { pid: process.pid, start: "another boot:1" });
const empty = join(scratch, "empty");
mkdirSync(empty);

const CREDENTIALS = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "secret" };
const S3 = { THAW_S3_ENDPOINT: "http://store:9000", ...CREDENTIALS };
/** HOME without a Temporal configuration file, so that the machine's own one does not matter. */
const HOME = { HOME: empty };

function load(folder: string, env: Record<string, string | undefined>) {
  return loadPlatform(folder, { env: { ...HOME, ...env }, cwd: scratch });
}

describe("precedence", () => {
  test("embedded services are used while their supervisor lives", async () => {
    const platform = await load(running, {});
    assert.deepEqual(platform.temporal, {
      address: "127.0.0.1:20001",
      namespace: "default",
      uiUrl: "http://127.0.0.1:20002",
    });
    assert.equal(platform.store.endpoint, "http://127.0.0.1:20003");
    assert.equal(platform.store.bucket, "thaw");
    assert.match(keysOf(platform.store).accessKey, /^[0-9a-f]{20}$/);
    assert.equal(platform.embedded, true);
    assert.equal(platform.projectFolder, running);
    assert.equal(platform.workFolder, join(running, ".thaw", "work"));
  });

  test("the environment wins over embedded services, each service for itself", async () => {
    const both = await load(running, { TEMPORAL_ADDRESS: "temporal:7233", ...S3 });
    assert.equal(both.temporal.address, "temporal:7233");
    assert.equal(both.temporal.uiUrl, undefined);
    assert.equal(both.store.endpoint, "http://store:9000");
    assert.equal(both.embedded, false);

    const temporalOnly = await load(running, { TEMPORAL_ADDRESS: "temporal:7233" });
    assert.equal(temporalOnly.temporal.address, "temporal:7233");
    assert.equal(temporalOnly.store.endpoint, "http://127.0.0.1:20003");
    assert.equal(temporalOnly.embedded, false);
  });

  test("credentials and region without an endpoint, and empty variables, change nothing", async () => {
    const env = { ...CREDENTIALS, AWS_REGION: "eu-west-1", TEMPORAL_ADDRESS: "", THAW_S3_ENDPOINT: "" };
    const platform = await load(running, env);
    assert.equal(platform.embedded, true);
    assert.equal(platform.store.region, "us-east-1");
    assert.notEqual(keysOf(platform.store).accessKey, "id");
  });
});

describe("nothing to be found", () => {
  const cases: readonly [name: string, folder: string, env: Record<string, string>, code: ErrorCode][] = [
    ["no record", empty, {}, "TEMPORAL_UNREACHABLE"],
    ["stopped services", stopped, {}, "TEMPORAL_UNREACHABLE"],
    ["a re-used process id", killed, {}, "TEMPORAL_UNREACHABLE"],
    ["an own Temporal but no store", empty, { TEMPORAL_ADDRESS: "t:1" }, "STORE_UNREACHABLE"],
    ["an own store but no Temporal", empty, S3, "TEMPORAL_UNREACHABLE"],
  ];
  for (const [name, folder, env, code] of cases) {
    test(`${name}: ${code}, and how to mend it`, async () => {
      await assert.rejects(load(folder, env), (error) => {
        assert.ok(error instanceof ThawError);
        assert.equal(error.code, code);
        assert.match(error.hint ?? "", /thaw up/);
        assert.match(
          error.hint ?? "",
          code === "STORE_UNREACHABLE" ? /THAW_S3_ENDPOINT/ : /TEMPORAL_ADDRESS/,
        );
        return true;
      });
    });
  }

  test("a damaged record is said to be damaged", async () => {
    const folder = project("damaged", self);
    writeFileSync(layoutOf(folder).record, '{"version": 1');
    await assert.rejects(load(folder, {}), { code: "USAGE", message: /services\.json is damaged/ });
  });
});

describe("Temporal from the environment", () => {
  test("address, namespace, key, UI; a missing port is Temporal's own", async () => {
    const { temporal } = await load(empty, {
      TEMPORAL_ADDRESS: "cloud.example",
      TEMPORAL_NAMESPACE: "vision",
      TEMPORAL_API_KEY: "key",
      TEMPORAL_UI_URL: "https://ui.example/",
      ...S3,
    });
    assert.deepEqual(temporal, {
      address: "cloud.example:7233",
      namespace: "vision",
      apiKey: "key",
      // Temporal's tools switch TLS on where there is a key.
      tls: true,
      uiUrl: "https://ui.example",
    });
  });

  test("TLS material comes as bytes", async () => {
    const { temporal } = await load(empty, {
      TEMPORAL_ADDRESS: "t:7233",
      TEMPORAL_TLS_SERVER_CA_CERT_DATA: "ca",
      TEMPORAL_TLS_CLIENT_CERT_DATA: "cert",
      TEMPORAL_TLS_CLIENT_KEY_DATA: "key",
      TEMPORAL_TLS_SERVER_NAME: "name",
      ...S3,
    });
    assert.deepEqual(temporal.tls, {
      ca: Buffer.from("ca"),
      cert: Buffer.from("cert"),
      key: Buffer.from("key"),
      serverName: "name",
    });
  });

  test("a profile of a configuration file", async () => {
    const file = join(scratch, "temporal.toml");
    writeFileSync(
      file,
      '[profile.default]\naddress = "one:1"\n[profile.team]\naddress = "two:2"\nnamespace = "n"\n',
    );
    const team = await load(empty, { TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: "team", ...S3 });
    assert.deepEqual(team.temporal, { address: "two:2", namespace: "n" });
    const standard = await load(empty, { TEMPORAL_CONFIG_FILE: file, ...S3 });
    assert.equal(standard.temporal.address, "one:1");
  });
});

describe("the store from the environment", () => {
  const cases: readonly [name: string, env: Record<string, string>, wanted: Record<string, unknown>][] = [
    [
      "our endpoint before Amazon's variables",
      { ...S3, AWS_ENDPOINT_URL_S3: "http://b", AWS_ENDPOINT_URL: "http://c" },
      { endpoint: "http://store:9000", bucket: "thaw", region: "us-east-1", pathStyle: true },
    ],
    [
      "the S3 endpoint before the general one",
      { ...CREDENTIALS, AWS_ENDPOINT_URL_S3: "http://b/", AWS_ENDPOINT_URL: "http://c" },
      { endpoint: "http://b" },
    ],
    ["the general endpoint", { ...CREDENTIALS, AWS_ENDPOINT_URL: "http://c" }, { endpoint: "http://c" }],
    [
      "bucket, region, token",
      { ...S3, THAW_S3_BUCKET: "models", AWS_REGION: "eu-west-1", AWS_SESSION_TOKEN: "token" },
      {
        bucket: "models",
        region: "eu-west-1",
        credentials: { accessKey: "id", secretKey: "secret", sessionToken: "token" },
      },
    ],
    ["the default region", { ...S3, AWS_DEFAULT_REGION: "eu-north-1" }, { region: "eu-north-1" }],
    [
      "host names as buckets at Amazon",
      { ...S3, THAW_S3_ENDPOINT: "https://s3.eu-west-1.amazonaws.com" },
      { pathStyle: false },
    ],
    [
      "a look-alike is not Amazon",
      { ...S3, THAW_S3_ENDPOINT: "https://notamazonaws.com" },
      { pathStyle: true },
    ],
    ["path style as told", { ...S3, THAW_S3_PATH_STYLE: "no" }, { pathStyle: false }],
  ];
  for (const [name, env, wanted] of cases) {
    test(name, async () => {
      const store: object = (await load(empty, { TEMPORAL_ADDRESS: "t:1", ...env })).store;
      assert.deepEqual({ ...store, ...wanted }, store);
    });
  }
});

describe("the store's credentials from the environment", () => {
  const ROLE = "arn:aws:iam::1:role/thaw";
  const STORE = "http://store:9000";
  const AMAZON = "https://s3.eu-west-1.amazonaws.com";
  const web = { AWS_WEB_IDENTITY_TOKEN_FILE: "/token", AWS_ROLE_ARN: ROLE };
  const token = { kind: "web identity", tokenFile: "/token", roleArn: ROLE, sessionName: "thaw" };
  const pod = { AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.23/v1/credentials" };
  const metadata = { AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://127.0.0.1:1" };
  const cases: readonly [name: string, endpoint: string, env: Record<string, string>, wanted: object][] = [
    ["a web identity; the store's own token service", STORE, web, { ...token, sts: STORE }],
    ["a web identity at Amazon", AMAZON, web, token],
    [
      "a token service elsewhere, a session's name",
      STORE,
      { ...web, AWS_ENDPOINT_URL_STS: "https://sts", AWS_ROLE_SESSION_NAME: "mine" },
      { ...token, sts: "https://sts", sessionName: "mine" },
    ],
    ["keys before identities", STORE, { ...web, ...CREDENTIALS }, { accessKey: "id", secretKey: "secret" }],
    ["a token before the container", STORE, { ...web, ...pod }, { ...token, sts: STORE }],
    ["the container's role", STORE, pod, { kind: "container" }],
    ["the instance's role at Amazon", AMAZON, {}, { kind: "instance" }],
    ["the instance's role elsewhere, if its service is named", STORE, metadata, { kind: "instance" }],
  ];
  for (const [name, endpoint, env, wanted] of cases) {
    test(name, async () => {
      const { store } = await load(empty, { TEMPORAL_ADDRESS: "t:1", THAW_S3_ENDPOINT: endpoint, ...env });
      assert.deepEqual(store.credentials, wanted);
    });
  }

  test("pods are told of a token service that is elsewhere", async () => {
    const elsewhere = { ...web, AWS_ENDPOINT_URL_STS: "https://sts.example" };
    const load1 = (env: Record<string, string>) =>
      load(empty, { TEMPORAL_ADDRESS: "t:1", THAW_S3_ENDPOINT: STORE, ...env });
    assert.equal(podEnvironment(await load1(elsewhere)).AWS_ENDPOINT_URL_STS, "https://sts.example");
    const there = podEnvironment(await load1(web));
    assert.deepEqual(
      Object.keys(there).filter((key) => key.startsWith("AWS_")),
      ["AWS_REGION"],
    );
  });
});

describe("variables that make no sense are USAGE errors that name them", () => {
  const temporal = { TEMPORAL_ADDRESS: "t:1" };
  const cases: readonly [env: Record<string, string>, message: RegExp][] = [
    [{ TEMPORAL_ADDRESS: "http://t:7233", ...S3 }, /"http:\/\/t:7233" is not the address/],
    [{ TEMPORAL_PROFILE: "team", ...S3 }, /TEMPORAL_PROFILE=team .*team/],
    [{ TEMPORAL_CONFIG_FILE: join(scratch, "none.toml"), ...S3 }, /TEMPORAL_CONFIG_FILE=.* no address/],
    [{ ...temporal, TEMPORAL_TLS_SERVER_CA_CERT_PATH: join(scratch, "no.pem"), ...S3 }, /no\.pem/],
    [{ ...temporal, TEMPORAL_UI_URL: "localhost", ...S3 }, /TEMPORAL_UI_URL="localhost"/],
    [{ ...temporal, ...S3, AWS_SECRET_ACCESS_KEY: "" }, /but AWS_SECRET_ACCESS_KEY is not/],
    [
      { ...temporal, THAW_S3_ENDPOINT: "http://s" },
      /but AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not/,
    ],
    [
      { ...temporal, THAW_S3_ENDPOINT: "http://s", AWS_WEB_IDENTITY_TOKEN_FILE: "/token" },
      /AWS_WEB_IDENTITY_TOKEN_FILE is set but AWS_ROLE_ARN is not/,
    ],
    [
      {
        ...{ ...temporal, THAW_S3_ENDPOINT: "https://s3.amazonaws.com" },
        AWS_EC2_METADATA_DISABLED: "true",
      },
      /but AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not/,
    ],
    [{ ...temporal, ...S3, THAW_S3_ENDPOINT: "store:9000" }, /THAW_S3_ENDPOINT="store:9000" is not a URL/],
    [{ ...temporal, ...S3, THAW_S3_ENDPOINT: "http://s/path" }, /must not have a path/],
    [{ ...temporal, ...S3, THAW_S3_BUCKET: "My_Bucket" }, /THAW_S3_BUCKET="My_Bucket" is not a bucket name/],
    [{ ...temporal, ...S3, THAW_S3_PATH_STYLE: "maybe" }, /THAW_S3_PATH_STYLE="maybe" must be true or false/],
  ];
  for (const [env, message] of cases) {
    test(String(message), async () => {
      await assert.rejects(load(empty, env), (error) => {
        assert.ok(error instanceof ThawError, String(error));
        assert.equal(error.code, "USAGE");
        assert.match(error.message, message);
        assert.ok(error.hint);
        return true;
      });
    });
  }
});

describe("the project folder", () => {
  const deep = join(running, "a", "b");
  mkdirSync(deep, { recursive: true });
  const cases: readonly [
    name: string,
    given: string | undefined,
    env: string,
    cwd: string,
    wanted: string,
  ][] = [
    ["as given", stopped, running, empty, stopped],
    ["given relative to the current folder", "x", "", empty, join(empty, "x")],
    ["THAW_PROJECT", undefined, running, stopped, running],
    ["the nearest ancestor with .thaw", undefined, "", deep, running],
    ["else the current folder", undefined, "", empty, empty],
  ];
  for (const [name, given, env, cwd, wanted] of cases) {
    test(name, () => {
      assert.equal(findProjectFolder(given, { THAW_PROJECT: env }, cwd), wanted);
    });
  }
});

describe("what needs the store alone", () => {
  test("knows it without a Temporal server, and without a word about one", async () => {
    const surroundings = { env: { ...HOME, ...S3 }, cwd: scratch };
    const platform = await loadStorePlatform(empty, surroundings);
    assert.equal(platform.store.endpoint, "http://store:9000");
    assert.equal(platform.projectFolder, empty);
    await assert.rejects(loadStorePlatform(empty, { env: HOME, cwd: scratch }), {
      code: "STORE_UNREACHABLE",
      message: `no object store is known for ${empty}`,
    });
    assert.equal(
      (await loadStorePlatform(running, { env: HOME, cwd: scratch })).store.endpoint,
      "http://127.0.0.1:20003",
    );
  });

  test("is told of wrong variables of the store only", async () => {
    const env = { ...HOME, ...S3, TEMPORAL_ADDRESS: "not an address:" };
    assert.equal((await loadStorePlatform(empty, { env, cwd: scratch })).store.endpoint, "http://store:9000");
    await assert.rejects(
      loadStorePlatform(empty, { env: { ...HOME, THAW_S3_ENDPOINT: "nonsense" }, cwd: scratch }),
      { code: "USAGE" },
    );
  });
});
