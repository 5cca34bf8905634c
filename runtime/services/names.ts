/** Names of the embedded services and of the ports they listen on. */

/** In the order in which they start. */
export const SERVICE_NAMES = ["temporal", "s3", "control-worker", "training-worker"] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** How people are told of them. */
export const SERVICE_TITLES: Readonly<Record<ServiceName, string>> = {
  temporal: "Temporal server",
  s3: "S3 server",
  "control-worker": "control worker",
  "training-worker": "training worker",
};

/** The first three are for people and clients; the others are SeaweedFS's own. */
export const PORT_NAMES = [
  "temporal",
  "ui",
  "s3",
  "s3Grpc",
  "master",
  "masterGrpc",
  "volume",
  "volumeGrpc",
  "filer",
  "filerGrpc",
  "admin",
  "adminGrpc",
] as const;
export type PortName = (typeof PORT_NAMES)[number];
export type Ports = Readonly<Record<PortName, number>>;

/** Every embedded service listens here and nowhere else. */
export const LOOPBACK = "127.0.0.1";

/**
 * Seconds from SIGTERM to SIGKILL. The servers end in one to three; a worker may be writing a checkpoint,
 * and when that takes longer, the work since the checkpoint before is done again.
 */
export const GRACE_SECONDS: Readonly<Record<ServiceName, number>> = {
  temporal: 10,
  s3: 15,
  "control-worker": 20,
  "training-worker": 20,
};
