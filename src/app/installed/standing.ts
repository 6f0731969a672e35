import { make } from '../../pages/browser/element.ts';
import { button } from '../screens/display.ts';
import { words } from '../words/words.ts';
import type { WebPush } from './web-push.ts';

/** The browser's offer to install the app. TypeScript does not know it: only Chromium makes it. */
interface InstallOffer extends Event {
  prompt(): Promise<unknown>;
}

const { off, denied, unsupported, turnOn, install, installNow } = words.installed.standing;

/** What the first screen says of this installation: whether pushes arrive, and that it can be installed. */
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

  async cards(refresh: () => void): Promise<HTMLElement[]> {
    const state = await this.push.state();
    return [
      ...(state === 'on' ? [] : [this.alertsOff(state, refresh)]),
      ...(this.offer ? [this.installable(this.offer, refresh)] : []),
    ];
  }

  private alertsOff(state: 'possible' | 'denied' | 'unsupported', refresh: () => void): HTMLElement {
    const more = { possible: '', denied, unsupported }[state];
    const ask = async () => {
      await this.push.ask();
      await this.onPermitted();
      refresh();
    };
    const turningOn = button(turnOn, () => void ask(), 'small');
    turningOn.id = 'turn-on-alerts';
    return make(
      'section',
      { class: 'caution alerts-off' },
      make('strong', {}, off.title),
      make('p', {}, `${more} ${off.text}`.trim()),
      state === 'possible' && turningOn,
    );
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
