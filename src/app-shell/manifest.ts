import type { Reader } from '../pages/words.ts';
import { ICONS } from './icons.ts';
import { APP_SHELL_WORDS } from './words/words.ts';

/** The address of the app, and the prefix of all that belongs to it. */
export const APP = '/app';

/** The web app manifest (W3C): how the app stands among the others of a phone. */
export function manifestFor(reader: Reader, colour: string): object {
  const { title, description } = reader.words(APP_SHELL_WORDS);
  return {
    id: APP,
    name: title,
    short_name: title,
    description,
    lang: reader.locale,
    dir: 'ltr',
    start_url: APP,
    scope: APP,
    display: 'standalone',
    background_color: '#ffffff',
    theme_color: colour,
    categories: ['security', 'utilities'],
    icons: ICONS.filter(({ purpose }) => purpose !== undefined).map(({ name, size, purpose }) => ({
      src: `${APP}/${name}`,
      sizes: `${size}x${size}`,
      type: 'image/png',
      purpose,
    })),
    // A link into the app opens in the window that is open already.
    launch_handler: { client_mode: 'navigate-existing' },
  };
}
