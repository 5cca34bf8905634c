/** Addresses as they may be shown: what stands before an `@` in a URL is a secret. */

/** A scheme, and everything up to the last `@` before a slash, a quote or white space. */
const WITH_CREDENTIALS = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"'<>]*@/gi;

/** What signs an address, or stands for its bearer. */
const SIGNATURE =
  /([?&](?:x-amz-(?:signature|credential|security-token)|signature|sig|access_token|token|api_key|password)=)[^&\s"'<>)]+/gi;

/** The same text with the names, passwords and signatures of its URLs replaced; everything else stays. */
export function masked(text: string): string {
  return text.replace(WITH_CREDENTIALS, "$1***@").replace(SIGNATURE, "$1***");
}

/** Whether there is a URL with a name or a password in it. */
export function hasCredentials(text: string): boolean {
  return masked(text) !== text;
}
