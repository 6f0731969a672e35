import { make } from '../../pages/browser/element.ts';
import { locale } from '../../pages/browser/locale.ts';
import { words } from '../words/words.ts';

// A browser loads its voices only after the first request for them.
if ('speechSynthesis' in window) speechSynthesis.getVoices();

/**
 * A button that reads the current code aloud, digit by digit; null if the browser has no voice for the page's language.
 */
export function readAloudButton(code: () => string, signal: AbortSignal): HTMLElement | null {
  const voice = voiceOf(locale);
  if (!voice) return null;
  // Stops reading when the code is no longer shown.
  signal.addEventListener('abort', () => speechSynthesis.cancel());
  const read = () => {
    const utterance = new SpeechSynthesisUtterance(Array.from(code()).join(', '));
    utterance.lang = voice.lang;
    utterance.voice = voice;
    utterance.rate = 0.8;
    speechSynthesis.cancel();
    speechSynthesis.speak(utterance);
  };
  return make('button', { type: 'button', class: 'secondary read-aloud', onclick: read }, words.readAloud);
}

function voiceOf(language: string): SpeechSynthesisVoice | undefined {
  if (!('speechSynthesis' in window)) return undefined;
  return speechSynthesis.getVoices().find(({ lang }) => lang.toLowerCase().startsWith(language));
}
