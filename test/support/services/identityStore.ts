/** SeaweedFS with a security token service that trusts an issuer, and a role for thaw's bucket. */
import { rename, writeFile } from "node:fs/promises";
import { AUDIENCE, type Issuer } from "./issuer.js";

export const ROLE = "arn:aws:iam::role/thaw";
/** It may only read. */
export const READER = "arn:aws:iam::role/reader";

const EXCHANGE = "sts:AssumeRoleWithWebIdentity";
const allow = (rest: object): object => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", ...rest }],
});

/**
 * Writes what SeaweedFS reads as `-s3.iam.config`.
 * @param seconds that the keys live
 */
export async function writeIamConfig(
  file: string,
  { issuer, bucket, seconds }: { readonly issuer: Issuer; readonly bucket: string; readonly seconds: number },
): Promise<void> {
  const resources = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`];
  const role = (roleArn: string, policy: string): object => ({
    roleName: roleArn.split("/")[1],
    roleArn,
    trustPolicy: allow({ Principal: { Federated: "cluster" }, Action: [EXCHANGE] }),
    attachedPolicies: [policy],
  });
  const policy = (name: string, actions: readonly string[]): object => ({
    name,
    document: allow({ Action: actions, Resource: resources }),
  });
  const config = {
    sts: {
      tokenDuration: `${seconds}s`,
      maxSessionLength: "12h",
      issuer: "store",
      signingKey: Buffer.from("a key that signs nothing but tests").toString("base64"),
    },
    providers: [
      {
        name: "cluster",
        type: "oidc",
        enabled: true,
        config: { issuer: issuer.url, clientId: AUDIENCE, jwksUri: `${issuer.url}/keys` },
      },
    ],
    policy: { defaultEffect: "Deny", storeType: "memory" },
    roles: [role(ROLE, "all"), role(READER, "read")],
    policies: [policy("all", ["s3:*"]), policy("read", ["s3:GetObject", "s3:ListBucket"])],
  };
  await writeFile(file, JSON.stringify(config));
}

/**
 * Puts a token into a file and replaces it again and again, as the kubelet does for a pod.
 * @param seconds that each token is good
 * @returns what ends it, once the last one is in its place
 */
export async function keepToken(file: string, issuer: Issuer, seconds: number): Promise<() => Promise<void>> {
  const put = async (): Promise<void> => {
    await writeFile(`${file}.new`, issuer.token(seconds));
    await rename(`${file}.new`, file);
  };
  let last = put();
  await last;
  const timer = setInterval(
    () => {
      last = last.then(put);
    },
    (seconds * 1000) / 5,
  );
  return async () => {
    clearInterval(timer);
    await last;
  };
}
