/** What the supervisor asks the servers that it has started. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { listsAttributes } from "../../../runtime/services/searchAttributes.js";
import { ask, signedForS3 } from "../../../runtime/services/supervision/ask.js";
import { waitUntilReady } from "../../../runtime/services/supervision/readiness.js";
import { SEARCH_ATTRIBUTE_TABLE } from "../../../spec/pipeline/searchAttributes.js";

/** Longer than any answer takes. */
const PATIENCE_MS = 60_000;

async function serve(context: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a request is signed as in Amazon's own example", () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "GET Object".
  const { headers } = signedForS3(
    { url: "http://examplebucket.s3.amazonaws.com/test.txt", headers: { range: "bytes=0-9" } },
    {
      region: "us-east-1",
      accessKey: "AKIAIOSFODNN7EXAMPLE",
      secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    },
    Date.UTC(2013, 4, 24),
  );
  assert.equal(
    headers?.authorization,
    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, " +
      "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, " +
      "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  );
});

test("an answer comes whole, with its status, and what was sent arrives", async (context) => {
  const url = await serve(context, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    response.writeHead(418);
    response.write(`${request.method} ${request.url} `);
    response.end(Buffer.concat(chunks));
  });
  const { status, body } = await ask({ method: "PUT", url: `${url}/a/b`, body: "größer" }, PATIENCE_MS);
  assert.equal(status, 418);
  assert.equal(body.toString(), "PUT /a/b größer");
});

test("a server that does not answer in time is given up", async (context) => {
  const url = await serve(context, () => undefined);
  await assert.rejects(ask({ url }, 50), /abort/i);
});

/** A store that answers each request by method and path; 404 else. */
function store(answers: Readonly<Record<string, () => { status: number; body?: string }>>): RequestListener {
  return (request, response) => {
    const { status, body = "" } = answers[`${request.method} ${request.url}`]?.() ?? { status: 404 };
    request.resume().on("end", () => response.writeHead(status).end(body));
  };
}

test("a store is ready when it gives back what it was given, and not before", async (context) => {
  const PROBE = "thaw-readiness-probe";
  const over = new AbortController();
  const asked: string[] = [];
  /** Each answer of the row in turn; the last one for good. */
  const row = (name: string, ...rest: { status: number; body?: string }[]) => {
    return (): { status: number; body?: string } => {
      asked.push(name);
      return (rest.length > 1 ? rest.shift() : rest[0]) ?? { status: 500 };
    };
  };
  const endpoint = await serve(
    context,
    store({
      "HEAD /b": row("bucket", { status: 404 }, { status: 200 }),
      [`PUT /b/${PROBE}`]: row("write", { status: 503 }, { status: 200 }),
      // As SeaweedFS answers before it has found its data.
      [`GET /b/${PROBE}`]: row(
        "read",
        { status: 500 },
        { status: 200, body: "other" },
        { status: 200, body: PROBE },
      ),
    }),
  );
  const keys = { bucket: "b", region: "us-east-1", accessKey: "a", secretKey: "s" };
  assert.equal(
    await waitUntilReady({ by: "bucket", endpoint, ...keys }, { file: "", offset: 0 }, over.signal),
    true,
  );
  const times = (name: string) => asked.filter((one) => one === name).length;
  assert.deepEqual([times("bucket"), times("write"), times("read")], [5, 4, 3]);
});

test("what answers in place of a service, on a port that was taken from it, does not make it ready", {
  skip: process.platform === "linux" ? false : "only proc(5) tells who listens",
}, async (context) => {
  const url = await serve(context, (_, response) => response.writeHead(200).end());
  const readiness = { by: "http" as const, url, ports: [Number(new URL(url).port)] };
  const log = { file: "", offset: 0 };
  const readyWithin = (pid: number, milliseconds: number) =>
    waitUntilReady(readiness, log, AbortSignal.timeout(milliseconds), pid);
  assert.equal(await readyWithin(process.pid, 60_000), true, "who listens");
  assert.equal(await readyWithin(process.ppid, 300), false, "who does not");
  const taken = { ...readiness, ports: [...readiness.ports, 1] };
  assert.equal(
    await waitUntilReady(taken, log, AbortSignal.timeout(300), process.pid),
    false,
    "who listens on one of its ports",
  );
});

test("search attributes are there when the server lists all of them with our types", () => {
  const all = Object.values(SEARCH_ATTRIBUTE_TABLE).map(
    ({ name, type }) => [name, `INDEXED_VALUE_TYPE_${type.toUpperCase()}`] as const,
  );
  const answer = (attributes: readonly (readonly [string, string])[]) =>
    JSON.stringify({ customAttributes: Object.fromEntries(attributes), systemAttributes: {} });
  assert.equal(listsAttributes(answer([...all, ["Another", "INDEXED_VALUE_TYPE_TEXT"]])), true);
  assert.equal(listsAttributes(answer(all.slice(1))), false);
  assert.equal(listsAttributes(answer([["ThawModel", "INDEXED_VALUE_TYPE_INT"], ...all.slice(1)])), false);
  assert.equal(listsAttributes("{}"), false);
});
