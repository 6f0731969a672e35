{{- define "pushguard.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "pushguard.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "pushguard.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "pushguard.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "pushguard.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{/* Of all objects of one component: (list $ "api"). */}}
{{- define "pushguard.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "pushguard.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "pushguard.labels" -}}
{{- $root := index . 0 -}}
{{ include "pushguard.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version }}
{{- end -}}

{{/* The variables of a role's containers as an object, each with its value, or "" where the value is not in the manifest:
(list $ "api"). */}}
{{- define "pushguard.variables" -}}
{{- $root := index . 0 -}}
{{- $values := default dict (index $root.Values (index . 1)) -}}
{{- $variables := mergeOverwrite dict (deepCopy $root.Values.config) (deepCopy (default dict $values.config)) -}}
{{- range $root.Values.secretFiles -}}
{{- $_ := set $variables . "" -}}
{{- end -}}
{{- range $values.extraEnv -}}
{{- $_ := set $variables .name (default "" .value) -}}
{{- end -}}
{{- toYaml $variables -}}
{{- end -}}

{{/* A value of a variable as text. Helm reads whole numbers as fractions, which it would write as 1.5881234e+07. */}}
{{- define "pushguard.text" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) -}}
{{- printf "%.0f" . -}}
{{- else -}}
{{- toString . -}}
{{- end -}}
{{- end -}}

{{/* Seconds from SIGTERM until a pod of a role is killed, with the pause before SIGTERM: (list $ "api"). */}}
{{- define "pushguard.gracePeriod" -}}
{{- $root := index . 0 -}}
{{- $variables := include "pushguard.variables" . | fromYaml -}}
{{- add (int $root.Values.terminationGracePeriodSeconds) (int $root.Values.preStopSleepSeconds) (int (default 0 $variables.DRAIN_SECONDS)) -}}
{{- end -}}

{{/* The most pods of a role, with the one that an upgrade adds: (list $ "api"). */}}
{{- define "pushguard.mostPods" -}}
{{- $values := index (index . 0).Values (index . 1) -}}
{{- add 1 (ternary $values.autoscaling.maxReplicas $values.replicas $values.autoscaling.enabled) -}}
{{- end -}}

{{/* The most database connections of a pod: the pool, 14 of the queues, and one of readiness: (list $ "api"). */}}
{{- define "pushguard.connections" -}}
{{- $variables := include "pushguard.variables" . | fromYaml -}}
{{- add 15 (int (default 16 $variables.DATABASE_POOL)) -}}
{{- end -}}

{{/* The variables of a container: (list $ "api" $config). Secrets are files. */}}
{{- define "pushguard.env" -}}
{{- $root := index . 0 -}}
{{- $role := index . 1 -}}
- name: NODE_ENV
  value: production
- name: MIGRATE_ON_START
  value: "false"
{{- if ne $role "migrate" }}
- name: ROLE
  value: {{ $role }}
{{- end }}
{{- range $name, $value := mergeOverwrite (deepCopy $root.Values.config) (index . 2) }}
- name: {{ $name }}
  value: {{ include "pushguard.text" $value | quote }}
{{- end }}
{{- range $root.Values.secretFiles }}
- name: {{ . }}_FILE
  value: /run/secrets/pushguard/{{ . }}
{{- end }}
{{- if and $root.Values.adoption.existingConfigMap (ne $role "migrate") }}
- name: ADOPTION_DIR
  value: /run/adoption
{{- end }}
{{- if eq $role "migrate" }}
- name: MIGRATION_DATABASE_URL_FILE
  value: /run/secrets/pushguard-owner/MIGRATION_DATABASE_URL
{{- end }}
{{- end -}}

{{- define "pushguard.mounts" -}}
- name: secrets
  mountPath: /run/secrets/pushguard
  readOnly: true
- name: tmp
  mountPath: /tmp
{{- if .Values.adoption.existingConfigMap }}
- name: adoption
  mountPath: /run/adoption
  readOnly: true
{{- end }}
{{- end -}}

{{- define "pushguard.volumes" -}}
- name: secrets
  secret:
    secretName: {{ .Values.existingSecret }}
    # Readable by the group, which fsGroup is.
    defaultMode: 0440
- name: tmp
  emptyDir:
    sizeLimit: {{ .Values.tmpSizeLimit }}
{{- if .Values.adoption.existingConfigMap }}
- name: adoption
  configMap:
    name: {{ .Values.adoption.existingConfigMap }}
{{- end }}
{{- end -}}

{{- define "pushguard.ownerVolume" -}}
- name: owner
  secret:
    secretName: {{ .Values.migrations.existingSecret }}
    defaultMode: 0440
    items:
      - key: MIGRATION_DATABASE_URL
        path: MIGRATION_DATABASE_URL
{{- end -}}

{{- define "pushguard.migrateContainer" -}}
- name: migrate
  image: {{ include "pushguard.image" . }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  command: [node, dist/src/commands/migrate.js, up]
  securityContext:
    {{- toYaml .Values.securityContext | nindent 4 }}
  env:
    {{- include "pushguard.env" (list . "migrate" dict) | nindent 4 }}
  resources:
    {{- toYaml .Values.migrations.resources | nindent 4 }}
  volumeMounts:
    {{- include "pushguard.mounts" . | nindent 4 }}
    - name: owner
      mountPath: /run/secrets/pushguard-owner
      readOnly: true
{{- end -}}

{{/* What every pod has: (list $ "api"). */}}
{{- define "pushguard.podCommon" -}}
{{- $root := index . 0 -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with $root.Values.serviceAccountName }}
serviceAccountName: {{ . }}
{{- end }}
{{- with $root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- toYaml $root.Values.podSecurityContext | nindent 2 }}
{{- end -}}

{{/* The deployment of a role: (list $ "api"). */}}
{{- define "pushguard.deployment" -}}
{{- $root := index . 0 -}}
{{- $role := index . 1 -}}
{{- $values := index $root.Values $role -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "pushguard.fullname" $root }}-{{ $role }}
  labels:
    {{- include "pushguard.labels" . | nindent 4 }}
spec:
  {{- if not $values.autoscaling.enabled }}
  replicas: {{ $values.replicas }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "pushguard.selector" . | nindent 6 }}
  strategy:
    type: RollingUpdate
    rollingUpdate: { maxUnavailable: 0, maxSurge: 1 }
  template:
    metadata:
      labels:
        {{- include "pushguard.labels" . | nindent 8 }}
        {{- with $values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with $values.podAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      {{- include "pushguard.podCommon" . | nindent 6 }}
      {{- with $values.priorityClassName }}
      priorityClassName: {{ . }}
      {{- end }}
      terminationGracePeriodSeconds: {{ include "pushguard.gracePeriod" (list $root $role) }}
      topologySpreadConstraints:
        {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
        - maxSkew: 1
          topologyKey: {{ $key }}
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              {{- include "pushguard.selector" (list $root $role) | nindent 14 }}
        {{- end }}
      {{- with $values.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.affinity }}
      affinity:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- $migrates := and (eq $role "api") (eq $root.Values.migrations.type "initContainer") }}
      {{- if $migrates }}
      initContainers:
        {{- include "pushguard.migrateContainer" $root | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ $role }}
          image: {{ include "pushguard.image" $root }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          securityContext:
            {{- toYaml $root.Values.securityContext | nindent 12 }}
          env:
            {{- include "pushguard.env" (list $root $role $values.config) | nindent 12 }}
            {{- with $values.extraEnv }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          ports:
            {{- if eq $role "api" }}
            - name: http
              containerPort: 3000
            {{- end }}
            - name: management
              containerPort: 3001
          startupProbe:
            {{- toYaml $root.Values.probes.startup | nindent 12 }}
          livenessProbe:
            {{- toYaml $root.Values.probes.liveness | nindent 12 }}
          readinessProbe:
            {{- toYaml $root.Values.probes.readiness | nindent 12 }}
          {{- with $root.Values.preStopSleepSeconds }}
          lifecycle:
            preStop:
              exec:
                # Proxies learn meanwhile that the pod goes.
                command: [sleep, {{ . | quote }}]
          {{- end }}
          resources:
            {{- toYaml $values.resources | nindent 12 }}
          volumeMounts:
            {{- include "pushguard.mounts" $root | nindent 12 }}
      volumes:
        {{- include "pushguard.volumes" $root | nindent 8 }}
        {{- if $migrates }}
        {{- include "pushguard.ownerVolume" $root | nindent 8 }}
        {{- end }}
{{- end -}}
