/** Whether spans are sent anywhere: OpenTelemetry's own variables say so. */

type Environment = Readonly<Record<string, string | undefined>>;

/** Base address of a collector, or that for traces alone; without either nothing is loaded and nothing is sent. */
export function isTracing(env: Environment = process.env): boolean {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: traces } = env;
  return env.OTEL_SDK_DISABLED !== "true" && [base, traces].some((url) => url !== undefined && url !== "");
}
