import { SimulatedCard } from '../../phone/card.ts';
import type { PrivateJwk } from '../../phone/device-keys.ts';
import { make } from '../../pages/browser/element.ts';
import { words } from '../words/words.ts';

const messages = words.card;

/**
 * A field for a simulated card. `read` returns null when the field is empty. A browser page has no NFC for a real card.
 */
export function cardField(): { element: HTMLElement; read: () => Promise<SimulatedCard | null | 'malformed'> } {
  const text = make('textarea', {
    id: 'card',
    rows: '3',
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: '{"kty":"EC","crv":"P-256", …}',
    'aria-describedby': 'card-simulation card-fault',
  });
  const fault = make('p', { class: 'fault', id: 'card-fault', role: 'alert' });
  const element = make(
    'div',
    { class: 'simulated' },
    make('label', { for: 'card' }, messages.label),
    text,
    make('p', { class: 'hint', id: 'card-simulation' }, messages.simulation),
    fault,
  );
  const read = async () => {
    const card = text.value.trim() === '' ? null : await readCard(text.value);
    fault.textContent = card === 'malformed' ? messages.malformed : '';
    if (card === 'malformed') text.focus();
    return card;
  };
  return { element, read };
}

async function readCard(text: string): Promise<SimulatedCard | 'malformed'> {
  try {
    const jwk: unknown = JSON.parse(text);
    return isPrivateJwk(jwk) ? await SimulatedCard.of(jwk) : 'malformed';
  } catch {
    return 'malformed';
  }
}

function isPrivateJwk(value: unknown): value is PrivateJwk {
  if (typeof value !== 'object' || value === null) return false;
  const { kty, crv, x, y, d } = value as Partial<Record<string, unknown>>;
  return kty === 'EC' && crv === 'P-256' && [x, y, d].every((one) => typeof one === 'string');
}
