/** A page as a browser without a screen sees it. */
export interface SeenPage {
  status: number;
  url: string;
  headers: Headers;
  html: string;
  /** The readable text, without markup. */
  text: string;
}

/** A browser without a screen: it keeps cookies, follows redirections and sends the forms of the page it has open. */
export class TextBrowser {
  readonly cookies = new Map<string, string>();
  private page: SeenPage | undefined;

  constructor(readonly origin: string) {}

  async open(path: string): Promise<SeenPage> {
    return this.load(await this.request('GET', path));
  }

  /**
   * Sends the form with this action from the page that was opened last, with the typed values and the pressed button.
   */
  async send(
    action: string,
    typed: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<SeenPage> {
    return this.load(await this.request('POST', action, { ...this.hiddenFields(action), ...typed }, headers));
  }

  /** The hidden fields of a form in the page that was opened last. */
  hiddenFields(action: string): Record<string, string> {
    const form = formOf(this.page?.html ?? '', action);
    const hidden = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
    return Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value]));
  }

  /** Sends one request; follows no redirection and fills in no form. */
  async request(
    method: string,
    path: string,
    form?: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const response = await fetch(this.origin + path, {
      method,
      redirect: 'manual',
      headers: {
        Cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(form && { Origin: this.origin, 'Content-Type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
      ...(form && { body: new URLSearchParams(form) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (/max-age=0/i.test(cookie)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  private async load(response: Response): Promise<SeenPage> {
    const location = response.headers.get('location');
    if (location !== null && response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      return this.open(location);
    }
    const html = await response.text();
    this.page = { status: response.status, url: response.url, headers: response.headers, html, text: readable(html) };
    return this.page;
  }
}

/** The source of the form with this action. */
function formOf(html: string, action: string): string {
  const begin = html.search(new RegExp(`<form[^>]*action="${action}"`));
  if (begin < 0) throw new Error(`the page has no form for ${action}:\n${readable(html)}`);
  return html.slice(begin, html.indexOf('</form>', begin));
}

function readable(html: string): string {
  const body = html.slice(html.indexOf('<body'));
  return body
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
