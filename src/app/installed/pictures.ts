import { make } from '../../pages/browser/element.ts';

/** What the guides show of a phone's screen, drawn in 24 by 24 units. */
const DRAWINGS = {
  share: '<path d="M8 9H5v12h14V9h-3M12 15V3M8 7l4-4 4 4"/>',
  add: '<rect x="4" y="4" width="16" height="16" rx="3"/><path d="M12 8v8M8 12h8"/>',
  icon: '<rect x="3" y="3" width="7" height="7" rx="2"/><rect x="14" y="3" width="7" height="7" rx="2"/><rect x="3" y="14" width="7" height="7" rx="2"/><rect x="14" y="14" width="7" height="7" rx="2" fill="#1f4fd8"/>',
  menu: '<path d="M12 5v.01M12 12v.01M12 19v.01" stroke-width="4"/>',
  browser: '<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c6 6 6 12 0 18M12 3c-6 6-6 12 0 18"/>',
} as const;

export type Picture = keyof typeof DRAWINGS;

/** One of the pictures, on white so that it looks like the screen that it shows. */
export function picture(name: Picture, description: string): HTMLElement {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#1a2133" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${DRAWINGS[name]}</svg>`;
  const src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  return make('img', { class: 'picture', src, alt: description, width: '40', height: '40' });
}
