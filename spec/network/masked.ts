/** Texts as they may be shown: without passwords, signatures and whatever else stands for its bearer. */
import { forms } from "./secrets.js";

/** A scheme, and everything up to the last `@` before a slash, a quote or white space. */
const WITH_CREDENTIALS = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"'<>]*@/gi;

/**
 * What signs an address, or stands for its bearer: presigned addresses of S3, Google (`X-Goog-…`), CloudFront and Azure
 * (`sig`), OAuth's tokens, keys of webhooks and services.
 */
const PARAMETERS = [
  "x-(?:amz|goog)-(?:signature|credential|security-token)",
  "(?:aws)?access[_-]?key(?:[_-]?id)?|key-pair-id|sig|signature|sas",
  "(?:access|id|refresh|auth|session|security|private)?[_-]?token|(?:client[_-]?)?secret|api[_-]?key|auth",
  "password|passwd|pwd",
].join("|");
const PARAMETER = new RegExp(`((?:[?&;#]|&amp;)(?:${PARAMETERS})=)[^&\\s"'<>);#]+`, "gi");

/** Headers of HTTP as errors and dumps show them, and tokens by themselves: bearers', JSON web tokens. */
const HEADER = /(\b(?:proxy-)?authorization["']?\s*[:=]\s*["']?)(?!\*)[^\s"'<>][^"'<>\r\n]*/gi;
const BEARER = /\b(bearer\s+)[a-z0-9._~+/-]{12,}=*/gi;
const WEB_TOKEN = /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g;
/** As the answer of a credential plugin, or of a token service, has it. */
const IN_JSON =
  /("(?:(?:access|id|refresh|session)?_?token|secret(?:access)?key|secret|password|clientkeydata|client-key-data)"\s*:\s*")(?!\*)[^"]+/gi;

/** Keys of webhooks (Standard Webhooks 1.0.0), and addresses that are keys themselves: Slack's. */
const WEBHOOK_KEY = /\b(whs(?:ec|k)_)[a-z0-9+/_-]{8,}=*/gi;
const WEBHOOK_ADDRESS = /(\bhooks\.slack(?:-gov)?\.com\/[a-z]+\/)[^\s"'<>)]+/gi;

/** The same text with all of that replaced, and with the secrets that this process knows; everything else stays. */
export function masked(text: string): string {
  const known = forms().reduce((shown, form) => shown.replaceAll(form, "***"), text);
  return known
    .replace(WITH_CREDENTIALS, "$1***@")
    .replace(PARAMETER, "$1***")
    .replace(HEADER, "$1***")
    .replace(BEARER, "$1***")
    .replace(WEB_TOKEN, "***")
    .replace(WEBHOOK_KEY, "$1***")
    .replace(WEBHOOK_ADDRESS, "$1***")
    .replace(IN_JSON, "$1***");
}

/** Whether there is anything of that kind in it. */
export function hasCredentials(text: string): boolean {
  return masked(text) !== text;
}
