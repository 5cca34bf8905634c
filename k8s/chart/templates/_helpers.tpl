{{/* Names, labels and what several manifests share. */}}
{{- define "thaw.labels" -}}
app.kubernetes.io/part-of: thaw
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "thaw.controlSelector" -}}
app.kubernetes.io/name: thaw-control
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "thaw.control" -}}{{ .Release.Name }}-control{{- end }}

{{- define "thaw.image" -}}
{{- printf "%s:%s" (required "image.repository has to name the image" .Values.image.repository) (.Values.image.tag | default .Chart.AppVersion) }}
{{- end }}

{{- define "thaw.trainingImage" -}}
{{- .Values.training.image | default (printf "%s%s" (include "thaw.image" .) (ternary "-gpu" "" (eq .Values.training.engine "gpu"))) }}
{{- end }}

{{- define "thaw.controlAccount" -}}
{{- with .Values.control.serviceAccount }}{{ .name | default (ternary (printf "%s-control" $.Release.Name) "default" .create) }}{{ end }}
{{- end }}

{{- define "thaw.trainingAccount" -}}
{{- with .Values.training.serviceAccount }}{{ .name | default (ternary (printf "%s-training" $.Release.Name) "" .create) }}{{ end }}
{{- end }}

{{/* Secrets whose keys are environment variables. */}}
{{- define "thaw.secrets" -}}
{{- list .Values.store.secret .Values.temporal.apiKeySecret | compact | uniq | toJson }}
{{- end }}

{{/* Where the services are: the same variables for the control worker and for training pods. */}}
{{- define "thaw.environment" -}}
{{- $temporal := .Values.temporal }}
{{- $tls := $temporal.tls }}
TEMPORAL_ADDRESS: {{ required "temporal.address has to name the Temporal server" $temporal.address | quote }}
TEMPORAL_NAMESPACE: {{ $temporal.namespace | quote }}
{{- if $temporal.uiUrl }}
TEMPORAL_UI_URL: {{ $temporal.uiUrl | quote }}
{{- end }}
{{- if or $tls.enabled $tls.secret $tls.caSecret $temporal.apiKeySecret }}
TEMPORAL_TLS: "true"
{{- end }}
{{- if $tls.secret }}
TEMPORAL_TLS_CLIENT_CERT_PATH: /etc/thaw/temporal-tls/tls.crt
TEMPORAL_TLS_CLIENT_KEY_PATH: /etc/thaw/temporal-tls/tls.key
{{- end }}
{{- if $tls.caSecret }}
TEMPORAL_TLS_SERVER_CA_CERT_PATH: /etc/thaw/temporal-ca/ca.crt
{{- end }}
{{- if $tls.serverName }}
TEMPORAL_TLS_SERVER_NAME: {{ $tls.serverName | quote }}
{{- end }}
THAW_S3_ENDPOINT: {{ required "store.endpoint has to name the S3 server" .Values.store.endpoint | quote }}
THAW_S3_BUCKET: {{ .Values.store.bucket | quote }}
{{- if not (kindIs "invalid" .Values.store.pathStyle) }}
THAW_S3_PATH_STYLE: {{ .Values.store.pathStyle | quote }}
{{- end }}
AWS_REGION: {{ .Values.store.region | quote }}
{{- with .Values.store.identity }}
{{- if and .enabled .audience }}
AWS_WEB_IDENTITY_TOKEN_FILE: {{ include "thaw.tokenFolder" $ }}/token
AWS_ROLE_ARN: {{ .roleArn | quote }}
{{- end }}
{{- if .stsEndpoint }}
AWS_ENDPOINT_URL_STS: {{ .stsEndpoint | quote }}
{{- end }}
{{- end }}
THAW_ENGINE: {{ .Values.training.engine | quote }}
{{- end }}

{{/* Where a pod has its token for the store. */}}
{{- define "thaw.tokenFolder" -}}/var/run/secrets/thaw/store{{- end }}

{{/* Certificates and the token for the store, as in the run file's volumes.mounts. */}}
{{- define "thaw.mounts" -}}
{{- $mounts := list }}
{{- with .Values.temporal.tls.secret }}{{ $mounts = append $mounts (dict "path" "/etc/thaw/temporal-tls" "secret" . "read_only" true) }}{{ end }}
{{- with .Values.temporal.tls.caSecret }}{{ $mounts = append $mounts (dict "path" "/etc/thaw/temporal-ca" "secret" . "read_only" true) }}{{ end }}
{{- with ternary .Values.store.identity.audience "" .Values.store.identity.enabled }}{{ $mounts = append $mounts (dict "path" (include "thaw.tokenFolder" $) "token_audience" . "read_only" true) }}{{ end }}
{{- $mounts | toJson }}
{{- end }}

{{/* The same as volumes of a pod. */}}
{{- define "thaw.mountVolumes" -}}
{{- range include "thaw.mounts" . | fromJsonArray }}
- name: {{ base .path }}
  {{- if .secret }}
  secret: { secretName: {{ .secret }} }
  {{- else }}
  projected:
    sources:
      - serviceAccountToken: { audience: {{ .token_audience | quote }}, path: token, expirationSeconds: 3600 }
  {{- end }}
{{- end }}
{{- end }}

{{/* The installation's defaults: what the other values say, under training.defaults. */}}
{{- define "thaw.defaults" -}}
{{- $own := dict "image" (include "thaw.trainingImage" .) "image_pull_policy" .Values.image.pullPolicy "env" (include "thaw.environment" . | fromYaml) }}
{{- with .Values.image.pullSecrets }}{{ $_ := set $own "image_pull_secrets" . }}{{ end }}
{{- with include "thaw.secrets" . | fromJsonArray }}{{ $_ := set $own "secrets" . }}{{ end }}
{{- with include "thaw.mounts" . | fromJsonArray }}{{ $_ := set $own "volumes" (dict "mounts" .) }}{{ end }}
{{- with include "thaw.trainingAccount" . }}{{ $_ := set $own "service_account" . }}{{ end }}
{{- mergeOverwrite $own (deepCopy .Values.training.defaults) | toYaml }}
{{- end }}

{{- define "thaw.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{- define "thaw.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{/* The port of a URL. */}}
{{- define "thaw.portOf" -}}
{{- regexFind "[0-9]+$" (regexFind ":[0-9]+$" (urlParse .).host) | default (ternary "443" "80" (hasPrefix "https:" .)) }}
{{- end }}

{{/*
Whom a rule of a network policy is for, from the values and the service's name: whom the values name, else everybody but the
machines' own metadata services, which give out the node's credentials.
*/}}
{{- define "thaw.peers" -}}
{{- $policy := (index . 0).Values.networkPolicy }}
{{- with index $policy.to (index . 1) }}
to:
  {{- toYaml . | nindent 2 }}
{{- else }}
{{- with $policy.metadata }}
to:
  # Pods are no addresses to every network plugin.
  - namespaceSelector: {}
  {{- range $all := list "0.0.0.0/0" "::/0" }}
  {{- $except := list }}
  {{- range $policy.metadata }}{{ if eq (contains ":" .) (contains ":" $all) }}{{ $except = append $except . }}{{ end }}{{ end }}
  - ipBlock:
      cidr: {{ $all | quote }}
      {{- with $except }}
      except: {{ toJson . }}
      {{- end }}
  {{- end }}
{{- end }}
{{- end }}
{{- end }}
