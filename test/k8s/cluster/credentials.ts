/** Who is who at the API server: tokens, kubeconfig files, the key that signs service accounts' tokens. */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SERVICE_ADDRESS } from "./sandbox/sandbox.js";

/** A second one is there for tests that take one away. */
export const NODES = ["node-1", "node-2"] as const;
export type NodeName = (typeof NODES)[number];

/** User and groups of a node's kubelet are what the Node authorizer expects. */
const kubelet = (node: NodeName) => ({ user: `system:node:${node}`, groups: ["system:nodes"] });
const USERS = {
  admin: { user: "admin", groups: ["system:masters"] },
  scheduler: { user: "system:kube-scheduler", groups: [] },
  "node-1": kubelet("node-1"),
  "node-2": kubelet("node-2"),
} as const;
type Role = keyof typeof USERS;

export const API_SERVER = `https://${SERVICE_ADDRESS}`;

export interface Credentials {
  readonly kubeconfigs: Readonly<Record<Role, string>>;
  readonly tokens: string;
  readonly serviceAccountKey: string;
  /** Folder in which the API server makes its certificate, and the certificate, which is its own authority. */
  readonly certificates: string;
  readonly authority: string;
}

function kubeconfig(authority: string, token: string): string {
  // JSON is YAML.
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    clusters: [{ name: "test", cluster: { server: API_SERVER, "certificate-authority": authority } }],
    users: [{ name: "test", user: { token } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test", namespace: "default" } }],
  });
}

export async function makeCredentials(folder: string): Promise<Credentials> {
  const certificates = join(folder, "certificates");
  const authority = join(certificates, "apiserver.crt");
  const lines: string[] = [];
  const path = async (role: Role): Promise<string> => {
    const token = randomBytes(20).toString("hex");
    lines.push([token, USERS[role].user, role, ...USERS[role].groups].join(","));
    const file = join(folder, `${role}.kubeconfig`);
    await writeFile(file, kubeconfig(authority, token), { mode: 0o600 });
    return file;
  };
  const kubeconfigs = {
    admin: await path("admin"),
    scheduler: await path("scheduler"),
    "node-1": await path("node-1"),
    "node-2": await path("node-2"),
  };
  const tokens = join(folder, "tokens.csv");
  await writeFile(tokens, `${lines.join("\n")}\n`, { mode: 0o600 });
  const serviceAccountKey = join(folder, "service-accounts.pem");
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  await writeFile(serviceAccountKey, privateKey.export({ type: "pkcs1", format: "pem" }), { mode: 0o600 });
  return { kubeconfigs, tokens, serviceAccountKey, certificates, authority };
}
