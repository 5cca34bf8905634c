/** One service as data: how to run it, what it needs, how to tell that it is ready. */
import {
  finite,
  flag,
  listOf,
  mapOf,
  object,
  oneOf,
  type Shape,
  type Shaped,
  text,
} from "../../spec/shape.js";
import { SERVICE_NAMES } from "./names.js";

const name = oneOf(...SERVICE_NAMES);

/** Answers this URL with 200, and it is the service's own process that listens on these ports. */
const http = object({ by: oneOf("http"), url: text, ports: listOf(finite) });
/** Its bucket is there, for these credentials. */
const bucket = object({
  by: oneOf("bucket"),
  endpoint: text,
  bucket: text,
  region: text,
  accessKey: text,
  secretKey: text,
});
/** Has written a JSON line with `ready: true` and this `worker` to its log. */
const line = object({ by: oneOf("line"), worker: text });

/** How to tell that a service is ready. */
export type Readiness = Shaped<typeof http> | Shaped<typeof bucket> | Shaped<typeof line>;

const readiness: Shape<Readiness> = (value): value is Readiness =>
  http(value) || bucket(value) || line(value);

export const serviceSpecShape = object({
  name,
  /** Executable, an absolute path. */
  command: text,
  args: listOf(text),
  cwd: text,
  /** Added to the supervisor's environment, or all of it. */
  env: mapOf<string, string>(text),
  inheritEnv: flag,
  logFile: text,
  /** Starts when these are ready, stops before them. */
  needs: listOf(name),
  /** Seconds from SIGTERM to SIGKILL. */
  grace: finite,
  readiness,
});

export type ServiceSpec = Shaped<typeof serviceSpecShape>;
