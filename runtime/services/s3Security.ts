/**
 * What keeps other users of the machine from the embedded S3 server's own ports, which ask for no S3 keys: its parts talk
 * gRPC with a certificate that only its owner can read, and blobs need a token that is signed with a key of theirs.
 */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ownCertificate } from "./certificate.js";
import type { Layout } from "./layout.js";
import { writePrivateText } from "./record.js";

/** SeaweedFS reads it in its working folder, `.thaw/`. Its `scaffold -config=security` explains each key. */
const FILE = "security.toml";
/** Named as the server finds them from its working folder: a project may be moved. */
const KEY = "s3.key";
const CERTIFICATE = "s3.crt";
const PARTS = ["master", "volume", "filer", "s3", "admin", "worker", "client"];
const SIGNED = ["jwt.signing", "jwt.signing.read", "jwt.filer_signing", "jwt.filer_signing.read"];

/** Writes the three files, once for all lives of the project: the certificate has no end. */
export function secureS3({ state }: Layout): void {
  const file = join(state, FILE);
  if (existsSync(file)) return;
  const own = ownCertificate("thaw embedded store");
  writePrivateText(join(state, KEY), own.key);
  writePrivateText(join(state, CERTIFICATE), own.certificate);
  const section = (name: string, values: Readonly<Record<string, string>>): string =>
    [
      `[${name}]`,
      ...Object.entries(values).map(([entry, value]) => `${entry} = ${JSON.stringify(value)}`),
    ].join("\n");
  const sections = [
    ...SIGNED.map((name) => section(name, { key: randomBytes(32).toString("base64url") })),
    section("grpc", { ca: CERTIFICATE }),
    ...PARTS.map((part) => section(`grpc.${part}`, { cert: CERTIFICATE, key: KEY })),
  ];
  // Last, and whole: a server that finds it finds the others.
  writePrivateText(file, `${sections.join("\n\n")}\n`);
}
