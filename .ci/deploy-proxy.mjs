// Tries the configuration of the Compose stack's proxy with a HAProxy of this machine, without a container:
//   node .ci/deploy-proxy.mjs CONFIGURATION PEM FOLDER
// PEM is a certificate for localhost with its key; FOLDER is written to. Two local servers stand in for the API's processes.
// Prints what is wrong, a line each; the exit code is then 1.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const [configuration, pem, folder] = process.argv.slice(2);
/** Requests by method and path, over both servers. */
const seen = new Map();
const faults = [];
const expect = (sentence, isSo) => {
  if (!isSo) faults.push(sentence);
};

/** One process of the API: `/lost` ends without an answer after it was carried out; `/headers` answers what was received. */
function standIn() {
  return createServer((incoming, response) => {
    incoming.resume().on('end', () => {
      const { method, url, headers, socket } = incoming;
      const key = `${method} ${url}`;
      if (url !== '/health/ready') seen.set(key, (seen.get(key) ?? 0) + 1);
      if (url === '/lost') socket.destroy();
      else response.setHeader('Content-Type', 'application/json').end(JSON.stringify(headers));
    });
  });
}

/** A free port of the loopback, or the port of a server that starts on one. */
async function portOf(server) {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server.address().port;
}

const servers = [standIn(), standIn()];
const ports = await Promise.all(servers.map(portOf));
const reserved = createServer();
const port = await portOf(reserved);
await new Promise((resolve) => reserved.close(resolve));

const text = readFileSync(configuration, 'utf8');
const adapted = text
  .replace(/^resolvers docker\n(?: .*\n)+/m, '')
  .replace(/^( *)bind :8443 ssl crt \S+/m, `$1bind 127.0.0.1:${port} ssl crt ${pem}`)
  .replace(/^( *)server-template api \d+ \S+ (.*) resolvers docker init-addr none$/m, (_line, indent, rest) =>
    ports.map((one, at) => `${indent}server api${at} 127.0.0.1:${one} ${rest}`).join('\n'),
  );
if (!adapted.includes(`127.0.0.1:${port} `) || !adapted.includes(`127.0.0.1:${ports[1]} `))
  throw new Error('the configuration has another form than this check knows');
const path = join(folder, 'haproxy.cfg');
writeFileSync(path, adapted);
const proxy = spawn('haproxy', ['-db', '-f', path], { stdio: ['ignore', 'inherit', 'inherit'] });
let ended = false;
proxy.once('exit', () => (ended = true));
proxy.once('error', () => (ended = true));

const ca = readFileSync(pem);
/** Sends a request to the published port. Returns status, headers and text of the answer. */
async function call(method, url, headers = {}) {
  const outgoing = request({ host: 'localhost', family: 4, port, method, path: url, headers, ca, agent: false });
  outgoing.end(method === 'GET' || method === 'HEAD' ? undefined : '{}');
  const [answer] = await once(outgoing, 'response');
  let body = '';
  for await (const part of answer.setEncoding('utf8')) body += part;
  return { status: answer.statusCode, headers: answer.headers, body };
}

try {
  for (const until = Date.now() + 60_000; ; await pause(100)) {
    const answer = await call('GET', '/headers').catch(() => undefined);
    if (answer?.status === 200) break;
    if (ended || Date.now() > until) throw new Error('the proxy does not start');
  }

  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    const { status } = await call(method, '/lost');
    const times = seen.get(`${method} /lost`);
    expect(
      `${method}, whose answer was lost, was sent ${times} times and answered ${status}`,
      times === 1 && status === 502,
    );
  }
  for (const method of ['GET', 'HEAD']) {
    await call(method, '/lost');
    expect(`${method} is not sent to another process when its answer is lost`, seen.get(`${method} /lost`) > 1);
  }

  const claimed = {
    'X-Forwarded-For': '203.0.113.7',
    'X-Forwarded-Host': 'elsewhere.example',
    'X-Forwarded-Proto': 'http',
    Forwarded: 'for=203.0.113.7;host=elsewhere.example',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    tracestate: 'caller=1',
  };
  const passed = await call('GET', '/headers', claimed);
  const received = JSON.parse(passed.body);
  const trusted = { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https' };
  for (const name of Object.keys(claimed).map((one) => one.toLowerCase()))
    expect(`the API receives ${name}: ${received[name]}`, received[name] === trusted[name]);
  expect('answers have no Strict-Transport-Security', passed.headers['strict-transport-security'] !== undefined);

  // A process whose port is closed has seen no request, so every request goes on to the other one.
  await new Promise((resolve) => {
    servers[0].close(resolve);
    servers[0].closeAllConnections();
  });
  for (const method of ['POST', 'GET', 'POST', 'GET']) {
    const { status } = await call(method, '/headers');
    expect(`${method} is answered ${status} while one process is gone`, status === 200);
  }
} finally {
  if (!ended) {
    proxy.kill();
    await once(proxy, 'exit');
  }
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
}
for (const fault of faults) console.log(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
