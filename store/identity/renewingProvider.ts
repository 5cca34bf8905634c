/** Temporary keys for the S3 client, renewed before they end. */
import { CredentialProvider } from "minio/dist/esm/CredentialProvider.mjs";
import { Credentials } from "minio/dist/esm/Credentials.mjs";

export interface TemporaryKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** As early as the AWS tools do it; of keys that live less than 25 minutes, in the last fifth of their life. */
const EARLY_MS = 300_000;
const EARLY_PART = 0.2;
/** A renewal that fails is tried again; meanwhile the keys at hand go on being used. */
const RETRY_MS = 30_000;

/**
 * The client asks before each request. Many requests share one renewal. A renewal that fails is nobody's
 * failure as long as the keys at hand are good.
 */
export class RenewingProvider extends CredentialProvider {
  private readonly fetch: () => Promise<TemporaryKeys>;
  private readonly now: () => number;
  private current: Credentials | undefined;
  private renewAt = 0;
  private endsAt = 0;
  private renewal: Promise<void> | undefined;

  /** @param now milliseconds, for tests */
  constructor(fetch: () => Promise<TemporaryKeys>, now: () => number = Date.now) {
    super({ accessKey: "", secretKey: "" });
    this.fetch = fetch;
    this.now = now;
  }

  /** @throws what `fetch` threw, when there are no keys that are still good */
  override async getCredentials(): Promise<Credentials> {
    if (this.now() >= this.renewAt) {
      this.renewal ??= this.renew().finally(() => {
        this.renewal = undefined;
      });
      await this.renewal;
    }
    if (this.current === undefined) throw new Error("the renewal has given no keys");
    return this.current;
  }

  private async renew(): Promise<void> {
    try {
      const began = this.now();
      const {
        accessKeyId: accessKey,
        secretAccessKey: secretKey,
        sessionToken,
        expiration,
      } = await this.fetch();
      this.current = new Credentials({
        accessKey,
        secretKey,
        ...(sessionToken === undefined ? {} : { sessionToken }),
      });
      this.endsAt = expiration?.getTime() ?? Number.POSITIVE_INFINITY;
      this.renewAt = this.endsAt - Math.min(EARLY_MS, EARLY_PART * (this.endsAt - began));
    } catch (error) {
      const left = this.endsAt - this.now();
      if (left <= 0) throw error;
      this.renewAt = this.now() + Math.min(RETRY_MS, left);
    }
  }
}
