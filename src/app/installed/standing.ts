import { make } from '../../pages/browser/element.ts';
import { button } from '../screens/display.ts';
import { words } from '../words/words.ts';
import type { InstallationStanding } from '../platform.ts';
import type { PushState, WebPush } from './web-push.ts';

/** The browser's offer to install the app. TypeScript does not know it: only Chromium makes it. */
interface InstallOffer extends Event {
  prompt(): Promise<unknown>;
}

const { denied, unsupported, turnOn, install, installNow } = words.installed.standing;

/** How an installation in a browser stands: whether pushes can reach it, and whether it can be installed. */
export class Standing {
  private offer: InstallOffer | undefined;

  constructor(
    private readonly push: WebPush,
    private readonly onPermitted: () => Promise<void>,
  ) {
    addEventListener('beforeinstallprompt', (event) => {
      event.preventDefault();
      this.offer = event as InstallOffer;
    });
    addEventListener('appinstalled', () => (this.offer = undefined));
  }

  async now(refresh: () => void): Promise<InstallationStanding> {
    const state = await this.push.state();
    return {
      ...(state !== 'on' && { pushesOff: this.pushesOff(state, refresh) }),
      offers: this.offer ? [this.installable(this.offer, refresh)] : [],
    };
  }

  private pushesOff(
    state: Exclude<PushState, 'on'>,
    refresh: () => void,
  ): NonNullable<InstallationStanding['pushesOff']> {
    if (state !== 'possible') return { text: { denied, unsupported }[state] };
    const ask = async () => {
      await this.push.ask();
      await this.onPermitted();
      refresh();
    };
    const action = button(turnOn, () => void ask(), 'small');
    action.id = 'turn-on-alerts';
    return { text: '', action };
  }

  private installable(offer: InstallOffer, refresh: () => void): HTMLElement {
    const prompt = async () => {
      this.offer = undefined;
      await offer.prompt();
      refresh();
    };
    const now = button(installNow, () => void prompt(), 'small');
    now.id = 'install';
    return make(
      'section',
      { class: 'notable install' },
      make('strong', {}, install.title),
      make('p', {}, install.text),
      now,
    );
  }
}
