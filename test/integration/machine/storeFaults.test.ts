/** What is said of stores that are misconfigured: small real servers that answer as S3, gateways and strangers do. */
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openStoreOnly } from "../../../client/session.js";
import { loadPlatform } from "../../../runtime/platform.js";
import { ThawError } from "../../../spec/errors.js";
import { requireBucket, type Store } from "../../../store/connection/connection.js";
import { listNames } from "../../../store/json.js";
import { startHttpProxy } from "../../support/services/httpProxy.js";

const MAIN = fileURLToPath(new URL("../../../cli/main.js", import.meta.url));
const servers: { close(): unknown }[] = [];
let project: string;
before(async () => {
  project = await mkdtemp(join(tmpdir(), "thaw-faults-"));
});
after(async () => {
  for (const server of servers) server.close();
  await rm(project, { recursive: true, force: true });
});

async function portOf(server: Pick<Server, "listen" | "address" | "close" | "once">): Promise<number> {
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server as Server, "listening");
  return (server.address() as AddressInfo).port;
}

const listening = async (answer: RequestListener): Promise<string> =>
  `http://127.0.0.1:${await portOf(createServer(answer))}`;

/** S3's way to refuse: a status, and XML where the request may have an answer with a body. */
const refusing =
  (status: number, code: string, more = "", headers: Record<string, string> = {}): RequestListener =>
  (request, response) => {
    response.writeHead(status, { "content-type": "application/xml", ...headers });
    response.end(
      request.method === "HEAD"
        ? undefined
        : `<Error><Code>${code}</Code><Message>no</Message>${more}</Error>`,
    );
  };

async function storeAt(endpoint: string, env: Record<string, string> = {}): Promise<Store> {
  const keys = { AWS_ACCESS_KEY_ID: "k", AWS_SECRET_ACCESS_KEY: "s", TEMPORAL_ADDRESS: "127.0.0.1:9" };
  return openStoreOnly(
    await loadPlatform(project, { env: { THAW_S3_ENDPOINT: endpoint, ...keys, ...env }, cwd: project }),
  );
}

interface Case {
  readonly what: string;
  readonly server: () => Promise<string>;
  readonly code?: string;
  readonly says: RegExp;
  readonly fix: RegExp;
}
const longAgo = new Date(Date.now() - 3 * 3600_000).toISOString();
const CASES: readonly Case[] = [
  {
    what: "a bucket that is not there",
    server: () => listening(refusing(404, "NoSuchBucket", "<BucketName>thaw</BucketName>")),
    says: /has no bucket thaw$/,
    fix: /THAW_S3_BUCKET/,
  },
  {
    what: "a bucket in another region",
    server: () =>
      listening(refusing(301, "PermanentRedirect", "", { "x-amz-bucket-region": "eu-central-1" })),
    says: /bucket thaw is in region eu-central-1, and requests are for us-east-1/,
    fix: /AWS_REGION=eu-central-1/,
  },
  {
    what: "a signature for another region",
    server: () => listening(refusing(400, "AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>")),
    says: /is in region eu-west-1/,
    fix: /AWS_REGION=eu-west-1/,
  },
  {
    what: "a clock that is hours ahead",
    code: "STORE_UNREACHABLE",
    server: () => listening(refusing(403, "RequestTimeTooSkewed", `<ServerTime>${longAgo}</ServerTime>`)),
    says: /clock is 180 minutes ahead of the store's \(RequestTimeTooSkewed\)/,
    fix: /clock \(NTP\)/,
  },
  {
    what: "a wrong secret",
    server: () => listening(refusing(403, "SignatureDoesNotMatch")),
    says: /refused .*: SignatureDoesNotMatch/,
    fix: /AWS_SECRET_ACCESS_KEY/,
  },
  {
    what: "a gateway that wants a login",
    server: () => listening((_, response) => response.writeHead(401, { "www-authenticate": "Basic" }).end()),
    says: /with HTTP 401, and not as an S3 server does/,
    fix: /S3 API/,
  },
  {
    what: "a console with pages for people",
    server: () =>
      listening((_, response) => response.writeHead(403, { "content-type": "text/html" }).end("<html>")),
    says: /with HTTP 403, and not as an S3 server does/,
    fix: /console/,
  },
  {
    what: "a gateway whose store is down",
    server: () =>
      listening((_, response) => response.writeHead(502, { "content-type": "text/html" }).end("<html>")),
    code: "STORE_UNREACHABLE",
    says: /answers HTTP 502/,
    fix: /THAW_S3_ENDPOINT/,
  },
  {
    what: "a port where something else listens",
    server: async () =>
      `http://127.0.0.1:${await portOf(createTcpServer((s) => s.end("SSH-2.0-x\r\n")) as never)}`,
    code: "STORE_UNREACHABLE",
    says: /does not speak HTTP/,
    fix: /port/,
  },
  {
    what: "TLS where there is none",
    server: async () => (await listening((_, response) => response.end())).replace("http:", "https:"),
    says: /there is no TLS at https:\/\/127/,
    fix: /http:\/\//,
  },
];
for (const { what, server, code = "STORE_DENIED", says, fix } of CASES) {
  test(`${what} has a cause and a fix, whoever asks first`, async () => {
    const store = await storeAt(await server());
    for (const ask of [() => requireBucket(store), () => listNames(store, "runs/")]) {
      await assert.rejects(ask(), (error) => {
        assert.ok(error instanceof ThawError, String(error));
        assert.equal(error.code, code);
        assert.match(error.message, says);
        assert.match(error.hint ?? "", fix);
        return true;
      });
    }
  });
}

test("looking makes no bucket", async () => {
  const asked: (string | undefined)[] = [];
  const endpoint = await listening((request, response) => {
    asked.push(request.method);
    refusing(404, "NoSuchBucket")(request, response);
  });
  await assert.rejects(requireBucket(await storeAt(endpoint)));
  assert.deepEqual(
    asked.filter((method) => method !== "HEAD" && method !== "GET"),
    [],
  );
});

test("an endpoint with keys in it is refused, and they are not repeated", async () => {
  await assert.rejects(storeAt("http://KEY:SECRET@127.0.0.1:9000"), (error) => {
    assert.ok(error instanceof ThawError && error.code === "USAGE");
    assert.doesNotMatch(`${error.message} ${error.hint}`, /SECRET@|KEY:/);
    assert.match(error.message, /AWS_SECRET_ACCESS_KEY/);
    return true;
  });
});

test("an endpoint by an address of IPv6 is asked", async () => {
  await assert.rejects(requireBucket(await storeAt("http://[::1]:9")), {
    code: "STORE_UNREACHABLE",
    message: /\[::1\]:9 does not answer \(E/,
  });
});

/** Of a process of its own, as Node.js reads some of these variables when it starts. */
async function doctor(
  env: Record<string, string>,
): Promise<{ code: number | null; rows: Row[]; text: string }> {
  const child = spawn(process.execPath, [MAIN, "doctor", "--json", "--project", project], {
    env: { PATH: process.env.PATH ?? "", HOME: project, THAW_CACHE: process.env.THAW_CACHE, ...KEYS, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (text += part));
  const [code] = (await once(child, "close")) as [number | null];
  const document = JSON.parse(text.slice(text.indexOf("{"))) as { checks: Row[] };
  return { code, rows: document.checks, text };
}
const KEYS = { AWS_ACCESS_KEY_ID: "k", AWS_SECRET_ACCESS_KEY: "s" };
interface Row {
  readonly name: string;
  readonly state: string;
  readonly problem?: string;
  readonly fix?: string;
}
const rowOf = (rows: readonly Row[], name: string): Row => {
  const row = rows.find((one) => one.name === name);
  assert.ok(row, name);
  return row;
};

test("the doctor tells of an endpoint without scheme in the store's row, and of Temporal in its own", async () => {
  const { code, rows } = await doctor({
    THAW_S3_ENDPOINT: "127.0.0.1:9000",
    TEMPORAL_ADDRESS: "127.0.0.1:9",
  });
  assert.equal(code, 4);
  const store = rowOf(rows, "object store");
  assert.equal(store.state, "missing");
  assert.match(store.problem ?? "", /THAW_S3_ENDPOINT="127\.0\.0\.1:9000" is not a URL/);
  assert.match(store.fix ?? "", /http:\/\//);
  assert.match(rowOf(rows, "temporal service").problem ?? "", /no Temporal server listens at 127\.0\.0\.1:9/);
});

test("the doctor tells of a proxy variable that makes no sense in rows", async () => {
  const { rows, text } = await doctor({
    THAW_S3_ENDPOINT: "https://store.test",
    TEMPORAL_ADDRESS: "temporal.test:7233",
    HTTPS_PROXY: "socks5://me:secret@proxy:1080",
  });
  for (const name of ["object store", "temporal service"]) {
    assert.match(rowOf(rows, name).problem ?? "", /HTTPS_PROXY=.* is not the address of an HTTP proxy/);
  }
  assert.doesNotMatch(text, /secret/);
});

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
describe("TLS", { skip: hasOpenssl ? false : "no openssl here to make a certificate" }, () => {
  let endpoint: string;
  let certFile: string;
  before(async () => {
    certFile = join(project, "cert.pem");
    const keyFile = join(project, "key.pem");
    execFileSync(
      "openssl",
      [
        ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=else.test"],
        ...["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", keyFile, "-out", certFile],
      ],
      { stdio: "ignore" },
    );
    const [key, cert] = await Promise.all([readFile(keyFile), readFile(certFile)]);
    const server = createTlsServer({ key, cert }, refusing(404, "NoSuchBucket"));
    endpoint = `https://127.0.0.1:${await portOf(server as never)}`;
  });

  const TRUST: readonly [string, () => Record<string, string>, RegExp, RegExp][] = [
    [
      "nothing",
      () => ({}),
      /the certificate of the object store at https:\/\/127.* is not trusted/,
      /NODE_EXTRA_CA_CERTS or AWS_CA_BUNDLE/,
    ],
    ["NODE_EXTRA_CA_CERTS", () => ({ NODE_EXTRA_CA_CERTS: certFile }), /has no bucket/, /THAW_S3_BUCKET/],
    ["AWS_CA_BUNDLE", () => ({ AWS_CA_BUNDLE: certFile }), /has no bucket/, /THAW_S3_BUCKET/],
    [
      "a bundle that is not there",
      () => ({ AWS_CA_BUNDLE: "/nowhere.pem" }),
      /AWS_CA_BUNDLE=\/nowhere/,
      /unset/,
    ],
  ];
  for (const [what, env, says, fix] of TRUST) {
    test(`with ${what} for a certificate of one's own, the doctor says what it is`, async () => {
      const { rows } = await doctor({
        THAW_S3_ENDPOINT: endpoint,
        TEMPORAL_ADDRESS: "127.0.0.1:9",
        ...env(),
      });
      const { problem, fix: told } = rowOf(rows, "object store");
      assert.match(problem ?? "", says);
      assert.match(told ?? "", fix);
    });
  }

  test("a name that the certificate does not have is told as that", async () => {
    const port = new URL(endpoint).port;
    const proxy = await startHttpProxy({ "store.test:443": `127.0.0.1:${port}` });
    const { rows } = await doctor({
      THAW_S3_ENDPOINT: "https://store.test",
      TEMPORAL_ADDRESS: "127.0.0.1:9",
      NODE_EXTRA_CA_CERTS: certFile,
      HTTPS_PROXY: proxy.url,
    });
    await proxy.close();
    assert.deepEqual([...new Set(proxy.asked)], ["CONNECT store.test:443"]);
    assert.match(rowOf(rows, "object store").problem ?? "", /through the proxy .* is for another name/);
  });
});
