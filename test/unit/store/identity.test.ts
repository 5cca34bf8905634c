/** Keys of containers and instances, from services that speak as Amazon's do; a cluster of theirs is not to be had here. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, test } from "node:test";
import { keysFor } from "../../../store/identity/fetchKeys.js";
import { RenewingProvider, type TemporaryKeys } from "../../../store/identity/renewingProvider.js";

const EXPIRATION = "2040-01-01T00:00:00Z";
const KEYS = { AccessKeyId: "id", SecretAccessKey: "secret", Token: "token", Expiration: EXPIRATION };
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  ends.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function setVariables(variables: Record<string, string>): void {
  Object.assign(process.env, variables);
  ends.push(() => {
    for (const name of Object.keys(variables)) delete process.env[name];
  });
}

const plain = ({ accessKeyId, secretAccessKey, sessionToken, expiration }: TemporaryKeys): unknown[] => [
  accessKeyId,
  secretAccessKey,
  sessionToken,
  expiration?.toISOString(),
];
const WANTED = ["id", "secret", "token", "2040-01-01T00:00:00.000Z"];

test("a container's role: the address and the token that the variables give", async () => {
  const asked: string[] = [];
  const url = await serve(({ url: path = "", headers }, response) => {
    asked.push(`${path} ${headers.authorization}`);
    // As EKS and ECS answer, who know no `Code`.
    response.end(JSON.stringify(KEYS));
  });
  setVariables({
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/v1/credentials`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: "let me in",
  });
  assert.deepEqual(plain(await keysFor({ kind: "container" }, "us-east-1")()), WANTED);
  assert.deepEqual(asked, ["/v1/credentials let me in"]);
});

test("a container without a role is told so", async () => {
  const url = await serve((_, response) => {
    response.writeHead(403).end(JSON.stringify({ Code: "AccessDenied", Message: "no association" }));
  });
  setVariables({ AWS_CONTAINER_CREDENTIALS_FULL_URI: url });
  await assert.rejects(keysFor({ kind: "container" }, "us-east-1")(), {
    code: "STORE_DENIED",
    message:
      "the container's credentials service gives no keys for the object store: AccessDenied: no association",
  });
});

test("an instance's role: by a session of the metadata service", async () => {
  const url = await serve(({ method, url: path = "", headers }, response) => {
    if (method === "PUT") response.end("session");
    else if (headers["x-aws-ec2-metadata-token"] !== "session") response.writeHead(401).end();
    else if (path.endsWith("/security-credentials/")) response.end("thaw-role");
    else response.end(JSON.stringify({ ...KEYS, Code: "Success", Type: "AWS-HMAC" }));
  });
  setVariables({ AWS_EC2_METADATA_SERVICE_ENDPOINT: url });
  assert.deepEqual(plain(await keysFor({ kind: "instance" }, "us-east-1")()), WANTED);
});

test("a machine that is no instance is told to have keys", async () => {
  setVariables({ AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://127.0.0.1:9" });
  await assert.rejects(keysFor({ kind: "instance" }, "us-east-1")(), {
    code: "STORE_UNREACHABLE",
    hint: /^set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/,
  });
});

const HOUR = 3_600_000;
const MINUTE = 60_000;

test("keys of an hour are renewed five minutes before their end, once for all who ask", async () => {
  let now = 0;
  let given = 0;
  const provider = new RenewingProvider(
    async () => ({ ...keys(++given), expiration: new Date(now + HOUR) }),
    () => now,
  );
  const ask = async (): Promise<string> => (await provider.getCredentials()).getAccessKey();
  assert.deepEqual(await Promise.all([ask(), ask(), ask()]), ["1", "1", "1"]);
  now = HOUR - 5 * MINUTE - 1;
  assert.equal(await ask(), "1");
  now += 1;
  assert.deepEqual(await Promise.all([ask(), ask()]), ["2", "2"]);
});

test("a renewal that fails harms nobody before the keys end, and is tried again", async () => {
  let now = 0;
  let tries = 0;
  let isDown = false;
  const provider = new RenewingProvider(
    async () => {
      tries += 1;
      if (isDown) throw new Error("down");
      return { ...keys(tries), expiration: new Date(now + HOUR) };
    },
    () => now,
  );
  const ask = async (): Promise<string> => (await provider.getCredentials()).getAccessKey();
  assert.equal(await ask(), "1");
  isDown = true;
  now = HOUR - 4 * MINUTE;
  assert.deepEqual([await ask(), await ask(), tries], ["1", "1", 2]);
  now += MINUTE;
  assert.deepEqual([await ask(), tries], ["1", 3]);
  now = HOUR;
  await assert.rejects(ask(), /down/);
  isDown = false;
  assert.equal(await ask(), "5");
});

const keys = (serial: number) => ({ accessKeyId: String(serial), secretAccessKey: "s" });
