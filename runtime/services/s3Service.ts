/** How the embedded S3 server is run: SeaweedFS' all-in-one server. */
import { childEnvironment } from "../../spec/processes/childEnvironment.js";
import { type Layout, logFileOf } from "./layout.js";
import { GRACE_SECONDS, LOOPBACK, type PortName } from "./names.js";
import { type ServicesRecord, storeOf } from "./record.js";
import type { ServiceSpec } from "./serviceSpec.js";

/** `weed mini` takes fixed ports for whatever is not named, so that a second project could not start. */
const PORT_FLAGS: readonly (readonly [flag: string, port: PortName])[] = [
  ["s3.port", "s3"],
  ["s3.port.grpc", "s3Grpc"],
  ["master.port", "master"],
  ["master.port.grpc", "masterGrpc"],
  ["volume.port", "volume"],
  ["volume.port.grpc", "volumeGrpc"],
  ["filer.port", "filer"],
  ["filer.port.grpc", "filerGrpc"],
  ["admin.port", "admin"],
  ["admin.port.grpc", "adminGrpc"],
];

const FIXED = [
  "-s3.port.iceberg=0",
  "-s3.port.lance=0",
  "-webdav=false",
  "-admin.ui=false",
  // Sends statistics to its makers unless told not to.
  "-master.telemetry=false",
  // The filer would hand out every object over HTTP without credentials.
  "-disableHttp",
  // Relative to its working folder, `.thaw/`: a path may be too long for a socket. Its default, in the shared
  // folder for temporary files, stays behind and then keeps another user's server from starting.
  "-s3.localSocket=s3.sock",
  "-filer.localSocket=filer.sock",
  // A pause for the other servers of a cluster to take notice; here there are none.
  "-volume.preStopSeconds=0",
];

/**
 * Soft limit of Go's heap. Measured with 4 x 60 MB written and read back: resident 250 MB instead of
 * 560 MB, the rates within the noise of the machine.
 */
const MEMORY_LIMIT = "384MiB";

export function s3Service(layout: Layout, record: ServicesRecord, command: string): ServiceSpec {
  const { endpoint, bucket, region, credentials } = storeOf(record);
  const { accessKey, secretKey } = credentials;
  return {
    name: "s3",
    command,
    args: [
      // Else it writes its logs to the shared folder for temporary files.
      "-logtostderr=true",
      "mini",
      `-dir=${layout.storeData}`,
      `-ip=${LOOPBACK}`,
      `-ip.bind=${LOOPBACK}`,
      ...PORT_FLAGS.map(([flag, port]) => `-${flag}=${record.ports[port]}`),
      `-bucket=${bucket}`,
      ...FIXED,
    ],
    cwd: layout.state,
    env: {
      ...childEnvironment("server"),
      AWS_ACCESS_KEY_ID: accessKey,
      AWS_SECRET_ACCESS_KEY: secretKey,
      GOMEMLIMIT: MEMORY_LIMIT,
    },
    inheritEnv: false,
    logFile: logFileOf(layout, "s3"),
    needs: [],
    grace: GRACE_SECONDS.s3,
    // It answers before it has made its bucket and found its data, so an answer alone is not enough.
    readiness: { by: "bucket", endpoint, bucket, region, accessKey, secretKey },
  };
}
