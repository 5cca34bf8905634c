/** An OpenID Connect issuer with a key of its own, as a cluster is one for the tokens of its service accounts. */
import { generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Issuer {
  readonly url: string;
  /** A signed token that is good for so many seconds from now. */
  token(seconds: number, audience?: string): string;
  close(): void;
}

/** For whom tokens are, if nothing else is said. */
export const AUDIENCE = "sts.thaw.test";
const KEY_ID = "one";

export async function startIssuer(): Promise<Issuer> {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: KEY_ID, use: "sig", alg: "RS256" };
  const server = createServer(({ url: path }, response) => {
    const discovery = { issuer: url, jwks_uri: `${url}/keys` };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(path === "/keys" ? { keys: [jwk] } : discovery));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    token: (seconds, audience = AUDIENCE) => {
      const now = Math.floor(Date.now() / 1000);
      const head = encoded({ alg: "RS256", kid: KEY_ID, typ: "JWT" });
      const claims = { iss: url, sub: "system:serviceaccount:thaw:thaw-training", aud: audience };
      const signed = `${head}.${encoded({ ...claims, iat: now, exp: now + seconds })}`;
      return `${signed}.${sign("sha256", Buffer.from(signed), privateKey).toString("base64url")}`;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");
