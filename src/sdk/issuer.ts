/** Returns the issuer as the service writes it. Throws TypeError for what is no address of a service. */
export function issuerOf(issuer: string, allowHttp: boolean): string {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username || url.password) {
    throw new TypeError('issuer must be an address such as https://push.example.kr');
  }
  if (url.protocol === 'http:' && !allowHttp && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)) {
    throw new TypeError('issuer must be https, because secrets go there; allowHttp permits plain HTTP');
  }
  return issuer.replace(/\/+$/, '');
}
