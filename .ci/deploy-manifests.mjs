// Checks rendered manifests without a cluster: node .ci/deploy-manifests.mjs PACKAGES FILE…
// PACKAGES is a folder whose node_modules has @kubernetes/client-node (which fields there are) and kubernetes-models (which
// values they take). Prints what is wrong, a line each; the exit code is then 1.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [packages, ...files] = process.argv.slice(2);
const require = createRequire(join(packages, 'package.json'));
const { loadAll } = require('js-yaml');

/** Kinds of other projects' definitions, whose types are in neither package. */
const FOREIGN = new Set(['ServiceMonitor', 'ExternalSecret', 'HTTPRoute']);
const chart = join(import.meta.dirname, '../config/deploy/helm/pushguard');
/** The secrets that the chart's schema refuses. */
const SECRET = new Set(JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8')).definitions.secret.enum);
/** Where a variable leads, by the ports that the examples have; and the roles that go there. */
const WAYS = [
  { name: 'DATABASE_URL', port: 5432, orPort: 6432, roles: ['api', 'worker', 'migrate'] },
  { name: 'QUEUE_DATABASE_URL', port: 5432, roles: ['api', 'worker'] },
  { name: 'MIGRATION_DATABASE_URL', port: 5432, roles: ['migrate'] },
  { name: 'REDIS_URL', port: 6379, roles: ['api', 'worker'] },
  { name: 'CARRIER_DIRECTORY_URL', port: 443, roles: ['api'] },
  { name: 'SMPP_URL', port: 2775, roles: ['worker'] },
  { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', port: 4318, roles: ['api', 'worker'] },
];
/** Seconds in which a process ends after it has drained: at most 25, and some to spare. */
const STOPPING = 30;
const source = readFileSync(join(import.meta.dirname, '../config/environment.ts'), 'utf8');
const variables = new Set([...source.matchAll(/^ {2}([A-Z][A-Z0-9_]+)[?:]? ?[:=]/gm)].map(([, name]) => name));
// Made by the command `migrate`, until the class has it too.
variables.add('MIGRATE_ON_START');

let faults = 0;
function fault(file, text) {
  faults += 1;
  console.log(`${basename(file)}: ${text}`);
}

const folderOf = (name) => join(packages, 'node_modules', name);
const models = new Map();
/** The class of a type of the API, such as V1Deployment; undefined for a plain value. */
async function modelOf(type) {
  if (!/^(V\d|Core|Networking|Discovery|Admission|Storage|Events)/.test(type)) return undefined;
  if (!models.has(type)) {
    const url = pathToFileURL(join(folderOf('@kubernetes/client-node'), `dist/gen/models/${type}.js`)).href;
    models.set(type, (await import(url))[type]);
  }
  return models.get(type);
}

/** Names every field below `value` that its type does not have. */
async function walk(file, at, value, type) {
  const list = /^Array<(.+)>$/.exec(type);
  if (list) {
    if (!Array.isArray(value)) return fault(file, `${at} must be a list`);
    for (const [index, one] of value.entries()) await walk(file, `${at}[${index}]`, one, list[1]);
    return;
  }
  const model = await modelOf(type);
  if (model === undefined) return;
  if (typeof value !== 'object' || value === null) return fault(file, `${at} must be an object`);
  const fields = new Map(model.getAttributeTypeMap().map((field) => [field.baseName, field.type]));
  for (const [name, one] of Object.entries(value)) {
    if (fields.has(name)) await walk(file, `${at}.${name}`, one, fields.get(name));
    else fault(file, `${at} has no field ${name}`);
  }
}

async function validate(file, at, object) {
  const [group, version] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : ['', object.apiVersion];
  const prefix = version[0].toUpperCase() + version.slice(1);
  await walk(file, at, object, `${prefix}${object.kind}`);
  const path = group === '' ? version : `${group}/${version}`;
  const url = pathToFileURL(join(folderOf('kubernetes-models'), path, `${object.kind}.js`)).href;
  const { [object.kind]: Kind } = await import(url);
  try {
    new Kind(object).validate();
  } catch (error) {
    fault(file, `${at}: ${error.message}`);
  }
}

const matches = (selector, labels) => Object.entries(selector).every(([name, value]) => labels?.[name] === value);

function checkContainer(file, at, container, volumes, isMigration) {
  const names = (container.env ?? []).map(({ name }) => name);
  for (const { name, value, valueFrom } of container.env ?? []) {
    const bare = name.replace(/_FILE$/, '');
    if (!variables.has(name) && !variables.has(bare)) fault(file, `${at}: the service knows no variable ${name}`);
    if (SECRET.has(name) && value !== undefined && valueFrom === undefined)
      fault(file, `${at}: ${name} is secret and stands in the manifest`);
    if (bare === 'MIGRATION_DATABASE_URL' && !isMigration) fault(file, `${at}: only the migration gets ${bare}`);
    if (!variables.has(name) && !(container.volumeMounts ?? []).some(({ mountPath }) => value.startsWith(mountPath)))
      fault(file, `${at}: nothing is mounted at ${value}`);
  }
  if (new Set(names).size !== names.length) fault(file, `${at}: a variable is given twice`);
  for (const { name } of container.volumeMounts ?? [])
    if (!volumes.has(name)) fault(file, `${at}: there is no volume ${name}`);
  const { allowPrivilegeEscalation, readOnlyRootFilesystem, capabilities } = container.securityContext ?? {};
  if (allowPrivilegeEscalation !== false || readOnlyRootFilesystem !== true || !capabilities?.drop?.includes('ALL'))
    fault(file, `${at}: the container is not confined`);
  if (!container.resources?.limits?.memory) fault(file, `${at}: no limit of memory`);
  const ports = new Set((container.ports ?? []).map(({ name }) => name));
  for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
    if (isMigration) continue;
    const port = container[probe]?.httpGet?.port;
    if (!ports.has(port)) fault(file, `${at}: ${probe} asks the port ${port}, which there is not`);
  }
}

function checkTogether(file, objects) {
  const ofKind = (kind) => objects.filter((one) => one.kind === kind);
  const pods = [...ofKind('Deployment'), ...ofKind('Job')].map((one) => ({
    name: one.metadata.name,
    labels: one.spec.template.metadata.labels,
    spec: one.spec.template.spec,
    isJob: one.kind === 'Job',
  }));
  const portsOf = (pod) => new Map(pod.spec.containers.flatMap(({ ports = [] }) => ports.map((p) => [p.name, p])));
  for (const pod of pods) {
    const volumes = new Set((pod.spec.volumes ?? []).map(({ name }) => name));
    for (const container of pod.spec.initContainers ?? [])
      checkContainer(file, `${pod.name}/${container.name}`, container, volumes, true);
    for (const container of pod.spec.containers)
      checkContainer(file, `${pod.name}/${container.name}`, container, volumes, pod.isJob);
    if (pod.spec.automountServiceAccountToken !== false) fault(file, `${pod.name} mounts a token of the cluster`);
    if (!(pod.spec.securityContext?.runAsUser > 0)) fault(file, `${pod.name} runs as root`);
  }
  for (const { metadata, spec } of ofKind('Deployment')) {
    if (!matches(spec.selector.matchLabels, spec.template.metadata.labels))
      fault(file, `${metadata.name} does not select its own pods`);
    const scaled = ofKind('HorizontalPodAutoscaler').some((one) => one.spec.scaleTargetRef.name === metadata.name);
    if (scaled === (spec.replicas !== undefined)) fault(file, `${metadata.name}: replicas or an autoscaler, not both`);
    const [{ env, lifecycle }] = spec.template.spec.containers;
    const pause = Number(lifecycle?.preStop.exec.command[1] ?? 0);
    const drain = Number(env.find(({ name }) => name === 'DRAIN_SECONDS')?.value ?? 0);
    if (spec.template.spec.terminationGracePeriodSeconds < pause + drain + STOPPING)
      fault(file, `${metadata.name} is killed while it drains`);
  }
  for (const { metadata, spec } of ofKind('Service')) {
    const selected = pods.filter((pod) => matches(spec.selector, pod.labels));
    if (selected.length !== 1) fault(file, `the service ${metadata.name} selects ${selected.length} deployments`);
    for (const { targetPort } of spec.ports)
      if (selected.some((pod) => !portsOf(pod).has(targetPort)))
        fault(file, `the service ${metadata.name} leads to a port ${targetPort} that there is not`);
  }
  for (const kind of ['PodDisruptionBudget', 'NetworkPolicy'])
    for (const { metadata, spec } of ofKind(kind)) {
      const selector = (spec.selector ?? spec.podSelector).matchLabels;
      const selected = pods.filter((pod) => matches(selector, pod.labels));
      if (selected.length !== 1) fault(file, `${kind} ${metadata.name} selects ${selected.length} kinds of pods`);
      for (const { port } of (spec.ingress ?? []).flatMap(({ ports }) => ports))
        if (selected.some((pod) => !portsOf(pod).has(port))) fault(file, `${kind} ${metadata.name}: no port ${port}`);
    }
  for (const { metadata, spec } of ofKind('NetworkPolicy')) {
    const [pod] = pods.filter(({ labels }) => matches(spec.podSelector.matchLabels, labels));
    const role = metadata.labels['app.kubernetes.io/component'];
    const given = new Set(pod?.spec.containers[0].env.map(({ name }) => name.replace(/_FILE$/, '')));
    const open = new Set(spec.egress.flatMap(({ ports }) => ports).map(({ port }) => port));
    for (const { name, port, orPort, roles } of WAYS) {
      const isUsed = given.has(name) && roles.includes(role);
      if (isUsed && !open.has(port) && !open.has(orPort)) fault(file, `${metadata.name}: no way out for ${name}`);
    }
    for (const port of [2775, 4318, 6379])
      if (open.has(port) && !WAYS.some((one) => one.port === port && given.has(one.name)))
        fault(file, `${metadata.name}: a way out by ${port} that nothing uses`);
  }
  for (const { spec } of ofKind('HorizontalPodAutoscaler')) {
    if (!ofKind('Deployment').some(({ metadata }) => metadata.name === spec.scaleTargetRef.name))
      fault(file, `an autoscaler scales ${spec.scaleTargetRef.name}, which there is not`);
    if (spec.minReplicas > spec.maxReplicas) fault(file, `${spec.scaleTargetRef.name}: minReplicas above maxReplicas`);
  }
  for (const { spec } of ofKind('ServiceMonitor')) {
    const services = ofKind('Service').filter(({ metadata }) => matches(spec.selector.matchLabels, metadata.labels));
    const isNamed = ({ port }) => services.every((one) => one.spec.ports.some(({ name }) => name === port));
    if (services.length !== 2 || !spec.endpoints.every(isNamed)) fault(file, 'the ServiceMonitor finds no ports');
    for (const { relabelings = [] } of spec.endpoints)
      if (!relabelings.some(({ targetLabel, replacement }) => targetLabel === 'job' && replacement === 'pushguard'))
        fault(file, 'the ServiceMonitor gives the job another name than the alert rules ask for');
  }
  for (const { spec } of ofKind('Ingress'))
    for (const { backend } of spec.rules.flatMap(({ http }) => http.paths)) {
      const service = ofKind('Service').find(({ metadata }) => metadata.name === backend.service.name);
      if (!service?.spec.ports.some(({ name }) => name === backend.service.port.name))
        fault(file, 'the Ingress leads to no service');
      if (service?.spec.ports.some(({ name }) => name === 'management'))
        fault(file, 'the Ingress leads to a service with the management port');
    }
}

for (const file of files) {
  const objects = loadAll(readFileSync(file, 'utf8')).filter(Boolean);
  if (objects.length === 0) fault(file, 'nothing was rendered');
  for (const object of objects) {
    const at = `${object.kind} ${object.metadata?.name}`;
    if (!FOREIGN.has(object.kind)) await validate(file, at, object);
  }
  checkTogether(file, objects);
}
process.exitCode = faults > 0 ? 1 : 0;
