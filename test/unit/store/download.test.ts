/** Downloads from the web: where a redirect may lead, what a body may be, with a proxy and without. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { ThawError } from "../../../spec/errors.js";
import { type GetOptions, getThrough } from "../../../store/connection/download.js";
import type { Resolve } from "../../../store/connection/foreignHosts.js";
import { withVariables } from "../../support/machine/variables.js";
import { type HttpProxy, startHttpProxy } from "../../support/services/httpProxy.js";

const seen: { url: string | undefined; encoding: string | undefined }[] = [];
const answering: RequestListener = ({ url = "", headers }, response) => {
  seen.push({ url, encoding: headers["accept-encoding"] as string | undefined });
  const to = new URL(url, "http://x").searchParams.get("to");
  const coding = new URL(url, "http://x").searchParams.get("coding");
  if (to !== null && url.startsWith("/endless")) {
    response.writeHead(302, { location: to });
    const write = (): unknown => response.destroyed || response.write("x", () => setImmediate(write));
    write();
  } else if (to !== null) response.writeHead(302, { location: to }).end();
  else if (coding !== null) response.writeHead(200, { "content-encoding": coding }).end("packed");
  else response.writeHead(200).end("weights");
};

const servers: Server[] = [];
let proxy: HttpProxy;
let port = 0;
async function started(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
before(async () => {
  port = await started(createServer(answering));
  const here = `127.0.0.1:${port}`;
  proxy = await startHttpProxy({ "weights.test:80": here, "other.test:80": here });
});
after(async () => {
  await proxy.close();
  for (const server of servers) server.close();
});

const get = (address: string, options: Partial<GetOptions> = {}) =>
  getThrough(address, { signal: AbortSignal.timeout(20_000), ...options });
const throughProxy = <T>(act: () => Promise<T>): Promise<T> =>
  withVariables(
    { http_proxy: proxy.url, https_proxy: proxy.url, HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url },
    act,
  );
const to = (address: string): string => `?to=${encodeURIComponent(address)}`;

async function bodyOf(address: string, options?: Partial<GetOptions>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of await get(address, options)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const refusedAs =
  (says: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof ThawError, String((error as Error).stack ?? error));
    assert.equal(error.code, "DATA_INVALID");
    assert.match(error.message, says);
    assert.notEqual(error.hint, undefined);
    return true;
  };

test("a host in a private network is asked when the address names it", async () => {
  assert.equal(await bodyOf(`http://127.0.0.1:${port}/w`), "weights");
  assert.equal(await bodyOf(`http://127.0.0.1:${port}/${to("/w")}`), "weights");
  assert.equal(seen.at(-1)?.encoding, "identity");
});

const PRIVATE = [
  "127.0.0.1",
  "localhost",
  "[::ffff:127.0.0.1]",
  "2130706433",
  "169.254.169.254",
  "metadata.google.internal",
];
for (const host of PRIVATE) {
  test(`a public host that redirects to ${host} is not followed there`, async () => {
    const before = seen.length;
    await throughProxy(() =>
      assert.rejects(
        get(`http://weights.test/${to(`http://${host}:${port}/secret`)}`),
        refusedAs(/is not in the public internet/),
      ),
    );
    assert.equal(seen.length, before + 1);
  });
}

test("a private host that was named does not open the way to another one", async () => {
  await assert.rejects(
    get(`http://127.0.0.1:${port}/${to(`http://localhost:${port}/w`)}`),
    refusedAs(/^localhost is not in the public/),
  );
  assert.equal(
    await bodyOf(`http://127.0.0.1:${port}/${to(`http://localhost:${port}/w`)}`, { allowPrivate: true }),
    "weights",
  );
});

const insideAs =
  (address: string): Resolve =>
  (_host, _options, done) =>
    done(null, [{ address, family: 4 }]);

test("a public name that resolves to a private address is refused before anything is asked", async () => {
  const before = seen.length;
  await assert.rejects(
    get(`http://weights.example:${port}/w`, { resolve: insideAs("127.0.0.1") }),
    refusedAs(/^weights\.example \(127\.0\.0\.1\) is not in the public internet/),
  );
  assert.equal(seen.length, before);
});

test("the body of a redirect is not waited for", async () => {
  assert.equal(await bodyOf(`http://127.0.0.1:${port}/endless${to("/w")}`), "weights");
});

test("public hosts are followed from one to another, and their number has an end", async () => {
  await throughProxy(async () => {
    assert.equal(await bodyOf(`http://weights.test/${to("http://other.test/w")}`), "weights");
    let address = "http://other.test/w";
    for (let i = 0; i < 11; i++) address = `http://weights.test/${to(address)}`;
    await assert.rejects(get(address), /more than 10 redirects/);
  });
});

for (const location of ["file:///etc/passwd", "ftp://other.test/w", "http://", "http://[x"]) {
  test(`a redirect to ${location} is refused`, async () => {
    await throughProxy(() => assert.rejects(get(`http://weights.test/${to(location)}`), /redirects to/));
  });
}

for (const coding of ["gzip", "br", "deflate", "gzip, identity"]) {
  test(`a body in ${coding} is refused`, async () => {
    await assert.rejects(
      get(`http://127.0.0.1:${port}/?coding=${coding}`),
      refusedAs(/sends the file packed/),
    );
  });
}

test("a body that says it is not packed is taken", async () => {
  assert.equal(await bodyOf(`http://127.0.0.1:${port}/?coding=identity`), "packed");
});

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
describe("TLS", { skip: hasOpenssl ? false : "no openssl here to make a certificate" }, () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "thaw-tls-"));
    const [keyFile, certFile] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    execFileSync(
      "openssl",
      [
        ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=weights.test"],
        ...["-addext", "subjectAltName=DNS:weights.test", "-keyout", keyFile, "-out", certFile],
      ],
      { stdio: "ignore" },
    );
    const [key, cert] = await Promise.all([readFile(keyFile), readFile(certFile)]);
    const tlsPort = await started(createTlsServer({ key, cert }, answering));
    await proxy.close();
    const here = `127.0.0.1:${port}`;
    proxy = await startHttpProxy({ "weights.test:443": `127.0.0.1:${tlsPort}`, "other.test:80": here });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test("what begins with https does not end with http", async () => {
    await withVariables({ AWS_CA_BUNDLE: join(folder, "cert.pem") }, () =>
      throughProxy(async () => {
        assert.equal(await bodyOf(`https://weights.test/${to("https://weights.test/w")}`), "weights");
        await assert.rejects(
          get(`https://weights.test/${to("http://other.test/w")}`),
          refusedAs(/^weights\.test redirects from https:\/\/ to http:\/\/other\.test/),
        );
      }),
    );
  });
});
