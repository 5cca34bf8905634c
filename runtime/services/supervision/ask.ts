/** Small requests to the embedded servers, plain or signed for S3. Of Node alone: the supervisor loads nothing else. */
import { createHash, createHmac } from "node:crypto";
import { request } from "node:http";

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

export interface Question {
  readonly method?: "GET" | "HEAD" | "PUT";
  /** With `http://`. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** @throws Error when there is no answer within `milliseconds` */
export function ask(
  { method = "GET", url, headers = {}, body = "" }: Question,
  milliseconds: number,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(milliseconds);
    const length = body === "" ? {} : { "content-length": Buffer.byteLength(body) };
    const asked = request(url, { method, headers: { ...headers, ...length }, signal }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks) }));
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

export interface S3Keys {
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

/**
 * The question with AWS' signature, version 4
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
 * @param question without a query, its path of characters that need no escape
 * @param now milliseconds since the epoch
 */
export function signedForS3(question: Question, keys: S3Keys, now: number): Question {
  const { method = "GET", url, headers = {}, body = "" } = question;
  const { host, pathname } = new URL(url);
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, "");
  const day = time.slice(0, 8);
  const digest = sha256(body);
  const signed: Record<string, string> = {
    ...headers,
    host,
    "x-amz-content-sha256": digest,
    "x-amz-date": time,
  };
  const names = Object.keys(signed).sort();
  const lines = names.map((name) => `${name}:${signed[name]}\n`).join("");
  const canonical = [method, pathname, "", lines, names.join(";"), digest].join("\n");
  const scope = [day, keys.region, "s3", "aws4_request"];
  const toSign = ["AWS4-HMAC-SHA256", time, scope.join("/"), sha256(canonical)].join("\n");
  const key = scope.reduce<Buffer | string>((last, part) => hmac(last, part), `AWS4${keys.secretKey}`);
  const authorization = [
    `AWS4-HMAC-SHA256 Credential=${keys.accessKey}/${scope.join("/")}`,
    `SignedHeaders=${names.join(";")}`,
    `Signature=${hmac(key, toSign).toString("hex")}`,
  ].join(", ");
  return { ...question, headers: { ...signed, authorization } };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
