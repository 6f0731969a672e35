import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { isGlobalAddress, networksOf } from '../../src/gateways/outbound/global-address.ts';
import { judgeOutboundUrl } from '../../src/gateways/outbound/outbound-address.ts';
import { Outbound, type OutboundRequest } from '../../src/gateways/outbound/outbound.ts';

const PRODUCTION = { isProduction: true, allowed: networksOf([]) };
const ELSEWHERE = { isProduction: false, allowed: networksOf([]) };

describe('isGlobalAddress', () => {
  it.each([
    '0.0.0.0',
    '0.255.1.1',
    '10.0.0.1',
    '100.64.0.1',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.8',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.7',
    '203.0.113.7',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:169.254.169.254',
    '0:0:0:0:0:ffff:a00:1',
    '64:ff9b::10.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::192.168.0.1',
    '64:ff9b:1::8.8.8.8',
    '64:ff9b:1:a00:1::808:808',
    '100::1',
    '2001::1',
    '2001:1ff::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '2002:a9fe:a9fe::1',
    '3fff::1',
    '5f00::1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    '8.8.8.8.',
    '2130706433',
    'localhost',
    '',
  ])('%s is not global', (address) => {
    expect(isGlobalAddress(address)).toBe(false);
  });

  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '100.63.255.255',
    '100.128.0.1',
    '172.15.255.255',
    '172.32.0.1',
    '192.0.1.1',
    '198.17.255.255',
    '198.20.0.1',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2001:200::1',
    '2a00:1450:4001:82a::200e',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
    '2002:808:808::1',
  ])('%s is global', (address) => {
    expect(isGlobalAddress(address)).toBe(true);
  });
});

describe('judgeOutboundUrl', () => {
  it.each([
    ['http', 'http://shop.example/hook'],
    ['another scheme', 'ftp://shop.example/hook'],
    ['no scheme', 'shop.example/hook'],
    ['a file', 'file:///etc/passwd'],
    ['a user', 'https://user@shop.example/hook'],
    ['a user and a password', 'https://user:password@shop.example/hook'],
    ['a fragment', 'https://shop.example/hook#a'],
    ['an empty fragment', 'https://shop.example/hook#'],
    ['a privileged port', 'https://shop.example:22/hook'],
    ['the port of http', 'https://shop.example:80/hook'],
    ['port 0', 'https://shop.example:0/hook'],
    ['a port that is none', 'https://shop.example:65536/hook'],
    ['this host', 'https://localhost/hook'],
    ['this host with the dot of the root', 'https://localhost./hook'],
    ['an address', 'https://8.8.8.8/hook'],
    ['an address of IPv6', 'https://[2606:4700:4700::1111]/hook'],
    ['a decimal host', 'https://2130706433/hook'],
    ['an octal host', 'https://0177.0.0.1/hook'],
    ['a hexadecimal host', 'https://0x7f.1/hook'],
    ['a host with the dot of the root', 'https://127.0.0.1./hook'],
    ['full-width digits', 'https://１２７.0.0.1/hook'],
    ['a name in circled letters', 'https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/hook'],
    ['IPv4 mapped into IPv6', 'https://[::ffff:127.0.0.1]/hook'],
    ['2049 characters', `https://shop.example/${'a'.repeat(2028)}`],
  ])('in production, an address with %s is refused', (_case, url) => {
    expect(judgeOutboundUrl(url, PRODUCTION)).toEqual(expect.any(String));
  });

  it.each([
    'https://shop.example/hook',
    'https://shop.example:443/hook',
    'https://shop.example:8443/hook?a=1',
    'https://shop.example./hook',
    'https://쇼핑.example/hook',
  ])('in production, %s is accepted', (url) => {
    expect(judgeOutboundUrl(url, PRODUCTION)).toBeInstanceOf(URL);
  });

  it.each([
    'http://2852039166/latest',
    'https://0xa9.0xfe.0xa9.0xfe/latest',
    'https://0251.0376.0251.0376/latest',
    'https://[::ffff:169.254.169.254]/latest',
    'https://[64:ff9b::a9fe:a9fe]/latest',
    'https://[2002:a9fe:a9fe::]/latest',
    'https://169.254.169.254./latest',
    'https://10.1/hook',
    'http://shop.example/hook',
    'http://0.0.0.0:9000/hook',
  ])('outside production, %s is refused all the same', (url) => {
    expect(judgeOutboundUrl(url, ELSEWHERE)).toEqual(expect.any(String));
  });

  it.each([
    'http://127.0.0.1:9000/hook',
    'http://localhost:9000/hook',
    'http://[::1]:9000/hook',
    'https://8.8.8.8/hook',
  ])('outside production, %s is accepted', (url) => {
    expect(judgeOutboundUrl(url, ELSEWHERE)).toBeInstanceOf(URL);
  });
});

describe('Outbound', () => {
  let server: Server;
  let port: number;
  const asked: string[] = [];
  /** Connections that had a request before. */
  const kept = new WeakSet<Duplex>();

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      const isKept = kept.has(request.socket);
      kept.add(request.socket);
      if (request.url === '/metadata') response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end();
      else if (request.url === '/endless') {
        response.writeHead(200);
        const more = () => {
          while (response.write('x'.repeat(16_384)));
          response.once('drain', more);
        };
        response.on('error', () => undefined);
        more();
      } else if (request.url === '/breaks') {
        response.writeHead(200, { 'content-length': '10' });
        response.write('x', () => request.socket.resetAndDestroy());
      } else if (request.url === '/never') request.resume();
      else if (request.url === '/resets' && isKept) request.socket.resetAndDestroy();
      else if (request.url === '/silent') response.writeHead(200).write('x');
      else if (request.url === '/upgrade')
        request.socket.write('HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
      else if (request.url === '/until-closed') request.socket.end('HTTP/1.1 200 OK\r\n\r\nwhole');
      else if (request.url === '/hangs-up') request.socket.end();
      else if (request.url === '/host') response.writeHead(200).end(request.headers.host);
      else if (request.url === '/headers') response.writeHead(200, { 'x-long': 'x'.repeat(40_000) }).end();
      else response.writeHead(204).end();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  const get = (outbound: Outbound, path: string, more: Partial<OutboundRequest> = {}) =>
    outbound.send({ url: `http://127.0.0.1:${port}${path}`, method: 'GET', headers: {}, deadlineMs: 20_000, ...more });

  it('a redirect to a metadata service is answered as it is and not followed', async () => {
    const outbound = new Outbound(ELSEWHERE);
    expect(await get(outbound, '/metadata')).toMatchObject({ kind: 'answered', status: 302 });
    outbound.close();
  });

  it('an answer that does not end is read to 64 KiB', async () => {
    const outbound = new Outbound(ELSEWHERE);
    const answer = await get(outbound, '/endless');
    expect(answer).toMatchObject({ kind: 'answered', status: 200 });
    expect(answer.kind === 'answered' && answer.body.length).toBe(64 * 1024);
    outbound.close();
  });

  it('an answer that stops in the middle ends with the deadline, and counts by its status', async () => {
    const outbound = new Outbound(ELSEWHERE);
    // On a busy machine even the status may miss a short deadline.
    let answer = await get(outbound, '/silent', { deadlineMs: 150 });
    for (const deadlineMs of [1_000, 19_000]) {
      if (answer.kind === 'failed') answer = await get(outbound, '/silent', { deadlineMs });
    }
    expect(answer).toEqual({ kind: 'answered', status: 200, retryAfter: undefined, body: Buffer.from('x') });
    outbound.close();
  });

  it('an answer that breaks in the middle counts by its status', async () => {
    const outbound = new Outbound(ELSEWHERE);
    const answer = await get(outbound, '/breaks');
    expect(answer).toEqual({ kind: 'answered', status: 200, retryAfter: undefined, body: Buffer.from('x') });
    outbound.close();
  });

  it('a host that never answers fails with the deadline', async () => {
    const outbound = new Outbound(ELSEWHERE);
    expect(await get(outbound, '/never', { deadlineMs: 150 })).toEqual({ kind: 'failed', fault: 'timeout' });
    outbound.close();
  });

  it.each<[OutboundRequest['method'], string, object, number]>([
    ['POST', '/resets', { kind: 'failed', fault: 'connection' }, 1],
    ['GET', '/resets', { kind: 'answered', status: 204 }, 2],
    ['GET', '/breaks', { kind: 'answered', status: 200 }, 1],
  ])(
    'a %s whose kept connection is reset (%s) is sent again only if it changes nothing and has no status',
    async (method, path, expected, times) => {
      const outbound = new Outbound(ELSEWHERE);
      await get(outbound, '/first');
      asked.length = 0;
      expect(await get(outbound, path, { method })).toMatchObject(expected);
      expect(asked).toEqual(Array.from({ length: times }, () => path));
      outbound.close();
    },
  );

  it.each([
    ['with more than 16 KiB of headers', '/headers'],
    ['that changes the protocol', '/upgrade'],
    ['that ends before it began', '/hangs-up'],
  ])('an answer %s is a fault', async (_case, path) => {
    const outbound = new Outbound(ELSEWHERE);
    expect(await get(outbound, path)).toEqual({ kind: 'failed', fault: 'connection' });
    outbound.close();
  });

  it('an answer that ends with its connection is read whole', async () => {
    const outbound = new Outbound(ELSEWHERE);
    const answer = await get(outbound, '/until-closed');
    expect(answer).toMatchObject({ kind: 'answered', status: 200, body: Buffer.from('whole') });
    outbound.close();
  });

  it('the dot of the root is not sent to the host', async () => {
    const outbound = new Outbound(ELSEWHERE);
    const answer = await get(outbound, '/host', { url: `http://localhost.:${port}/host` });
    expect(answer).toMatchObject({ kind: 'answered', body: Buffer.from(`localhost:${port}`) });
    outbound.close();
  });

  it.each([
    ['a private address', ['10.0.0.5']],
    ['a metadata service', ['169.254.169.254']],
    ['a public and a private address', ['8.8.8.8', '192.168.0.1']],
    ['a private address within IPv6', ['64:ff9b::a00:1']],
  ])('a name that resolves to %s is not connected to', async (_case, addresses) => {
    const outbound = new Outbound(PRODUCTION, () => Promise.resolve(addresses));
    const sent = outbound.send({ url: 'https://shop.example/', method: 'GET', headers: {}, deadlineMs: 20_000 });
    expect(await sent).toEqual({ kind: 'failed', fault: 'address_refused' });
    expect(await outbound.refusalOf('https://shop.example/')).toEqual(expect.any(String));
    outbound.close();
  });

  it('a name that is rebound to this host after it was judged reaches nothing', async () => {
    const answers = [['8.8.8.8'], ['127.0.0.1']];
    const outbound = new Outbound(PRODUCTION, () => Promise.resolve(answers.shift() ?? ['127.0.0.1']));
    const url = `https://shop.example:${port}/rebound`;
    expect(await outbound.refusalOf(url)).toBeNull();
    expect(await outbound.send({ url, method: 'GET', headers: {}, deadlineMs: 20_000 })).toEqual({
      kind: 'failed',
      fault: 'address_refused',
    });
    expect(asked).not.toContain('/rebound');
    outbound.close();
  });

  it('a name without an address may be registered, and cannot be reached', async () => {
    const outbound = new Outbound(PRODUCTION, () => Promise.reject(Object.assign(new Error(), { code: 'ENOTFOUND' })));
    expect(await outbound.refusalOf('https://shop.example/')).toBeNull();
    const sent = outbound.send({ url: 'https://shop.example/', method: 'GET', headers: {}, deadlineMs: 20_000 });
    expect(await sent).toEqual({ kind: 'failed', fault: 'name_not_found' });
    outbound.close();
  });

  it('an allowed network is reached, and its neighbours are not', async () => {
    const rules = { isProduction: true, allowed: networksOf(['127.0.0.0/30']) };
    const outbound = new Outbound(rules, (name) =>
      Promise.resolve([name === 'in.example' ? '127.0.0.1' : '127.0.0.9']),
    );
    const send = (host: string) =>
      outbound.send({ url: `https://${host}:${port}/`, method: 'GET', headers: {}, deadlineMs: 20_000 });
    // The server there speaks no TLS, so the connection was made.
    expect(await send('in.example')).toEqual({ kind: 'failed', fault: 'tls' });
    expect(await send('out.example')).toEqual({ kind: 'failed', fault: 'address_refused' });
    outbound.close();
  });

  describe('through a proxy', () => {
    let proxy: Server;
    let address: URL;
    let asked: { authority: string; authorization: string | undefined }[] = [];
    let answers: 'connects' | 'refuses' | 'hangs' = 'connects';
    const sockets = new Set<Duplex>();

    beforeAll(async () => {
      proxy = createServer();
      proxy.on('connect', (request, socket) => {
        asked.push({ authority: request.url ?? '', authorization: request.headers['proxy-authorization'] });
        sockets.add(socket.on('error', () => undefined));
        if (answers === 'hangs') return;
        if (answers === 'refuses') {
          socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
          return;
        }
        const inner = connect(port, '127.0.0.1', () => {
          socket.write('HTTP/1.1 200 Connected\r\n\r\n');
          inner.pipe(socket).pipe(inner);
        });
        inner.on('error', () => undefined);
      });
      await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
      address = new URL(`http://hooks:s%20cret@127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    });
    beforeEach(() => {
      [asked, answers] = [[], 'connects'];
    });
    afterAll(async () => {
      // The server knows no connection any more that is a tunnel.
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => proxy.close(closed));
    });

    const post = (outbound: Outbound, url: string, deadlineMs = 20_000) =>
      outbound.send({ url, method: 'POST', headers: {}, body: '{}', deadlineMs });

    it('requests go by one connection of the proxy, which gets its user and password', async () => {
      const outbound = new Outbound(ELSEWHERE, undefined, { proxy: address });
      for (let times = 0; times < 2; times += 1) {
        expect(await get(outbound, '/')).toMatchObject({ kind: 'answered', status: 204 });
      }
      const authorization = `Basic ${Buffer.from('hooks:s cret').toString('base64')}`;
      expect(asked).toEqual([{ authority: `127.0.0.1:${port}`, authorization }]);
      outbound.close();
    });

    it.each([
      [['203.0.114.7'], '203.0.114.7:443'],
      [['2606:4700::1111'], '[2606:4700::1111]:443'],
    ])('the proxy is told the judged address %j, and no name', async (addresses, authority) => {
      answers = 'refuses';
      const outbound = new Outbound(PRODUCTION, () => Promise.resolve(addresses), { proxy: address });
      expect(await post(outbound, 'https://shop.example/')).toEqual({ kind: 'failed', fault: 'connection' });
      expect(asked.map((one) => one.authority)).toEqual([authority]);
      outbound.close();
    });

    it('the proxy is not asked for a name that leads to a private address', async () => {
      const outbound = new Outbound(PRODUCTION, () => Promise.resolve(['8.8.8.8', '10.0.0.5']), { proxy: address });
      expect(await post(outbound, 'https://shop.example/')).toEqual({ kind: 'failed', fault: 'address_refused' });
      expect(asked).toEqual([]);
      outbound.close();
    });

    it('TLS is spoken with the host, through the proxy', async () => {
      const rules = { isProduction: true, allowed: networksOf(['127.0.0.0/30']) };
      const outbound = new Outbound(rules, () => Promise.resolve(['127.0.0.1']), { proxy: address });
      // The server there speaks no TLS.
      expect(await post(outbound, `https://in.example:${port}/`)).toEqual({ kind: 'failed', fault: 'tls' });
      outbound.close();
    });

    it('a proxy that does not answer ends with the deadline', async () => {
      answers = 'hangs';
      const outbound = new Outbound(ELSEWHERE, undefined, { proxy: address });
      expect(await post(outbound, `http://127.0.0.1:${port}/`, 150)).toEqual({ kind: 'failed', fault: 'timeout' });
      outbound.close();
    });
  });
});
