/** A key and a certificate that vouches for itself: what the parts of the embedded S3 server know each other by. */
import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";

export interface OwnCertificate {
  /** PEM, PKCS #8. */
  readonly key: string;
  /** PEM, X.509. */
  readonly certificate: string;
}

// Tags of DER, ITU-T X.690, and the structure of RFC 5280, section 4.1.
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const SEQUENCE = 0x30;
const SET = 0x31;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
/** Object identifiers, encoded: ecdsa-with-SHA256, commonName, basicConstraints. */
const ECDSA_SHA256 = Buffer.from("06082a8648ce3d040302", "hex");
const COMMON_NAME = Buffer.from("0603550403", "hex");
const BASIC_CONSTRAINTS = Buffer.from("0603551d13", "hex");
const TRUE = Buffer.from("0101ff", "hex");
const V3 = Buffer.from("020102", "hex");
/**
 * Valid whatever a machine's clock says. RFC 5280, section 4.1.2.5: dates up to 2049 have two digits for the year; the
 * second one is that of certificates without an end.
 */
const ALWAYS = [
  der(UTC_TIME, Buffer.from("000101000000Z")),
  der(GENERALIZED_TIME, Buffer.from("99991231235959Z")),
];

/** Go takes the shortest form of a length only; three are enough for a certificate as short as this one. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const [high, low] = [length >> 8, length & 0xff];
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, high, low];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const noUnusedBits = (bytes: Uint8Array): Buffer => der(BIT_STRING, Buffer.from([0]), bytes);

/** @param name by which people tell it from others */
export function ownCertificate(name: string): OwnCertificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const algorithm = der(SEQUENCE, ECDSA_SHA256);
  const subject = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, Buffer.from(name)))));
  const isAuthority = der(SEQUENCE, BASIC_CONSTRAINTS, TRUE, der(OCTET_STRING, der(SEQUENCE, TRUE)));
  // Its first bit is 0, as an integer's that is positive.
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(15)]);
  const content = der(
    SEQUENCE,
    der(VERSION, V3),
    der(INTEGER, serial),
    algorithm,
    subject,
    der(SEQUENCE, ...ALWAYS),
    subject,
    publicKey,
    der(EXTENSIONS, der(SEQUENCE, isAuthority)),
  );
  const signature = sign("sha256", content, createPrivateKey(privateKey));
  return { key: privateKey, certificate: pem(der(SEQUENCE, content, algorithm, noUnusedBits(signature))) };
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
