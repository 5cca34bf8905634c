/** Who is who at the API server: tokens, kubeconfig files, the key that signs service accounts' tokens. */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SERVICE_ADDRESS } from "./sandbox/sandbox.js";

/** A single node; its kubelet's user name and group are what the Node authorizer expects. */
export const NODE_NAME = "node-1";
const USERS = {
  admin: { user: "admin", group: "system:masters" },
  scheduler: { user: "system:kube-scheduler", group: "" },
  kubelet: { user: `system:node:${NODE_NAME}`, group: "system:nodes" },
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
  const path = (role: Role): string => join(folder, `${role}.kubeconfig`);
  const lines: string[] = [];
  for (const [role, { user, group }] of Object.entries(USERS)) {
    const token = randomBytes(20).toString("hex");
    lines.push(`${token},${user},${role},${group}`);
    await writeFile(path(role as Role), kubeconfig(authority, token), { mode: 0o600 });
  }
  const tokens = join(folder, "tokens.csv");
  await writeFile(tokens, `${lines.join("\n")}\n`, { mode: 0o600 });
  const serviceAccountKey = join(folder, "service-accounts.pem");
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  await writeFile(serviceAccountKey, privateKey.export({ type: "pkcs1", format: "pem" }), { mode: 0o600 });
  const kubeconfigs = { admin: path("admin"), scheduler: path("scheduler"), kubelet: path("kubelet") };
  return { kubeconfigs, tokens, serviceAccountKey, certificates, authority };
}
