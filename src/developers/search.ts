/** A part of a document that a search can find. */
export interface Searchable {
  place: string;
  title: string;
  /** The name of the document. */
  page: string;
  text: string;
}

export type Hit = Omit<Searchable, 'text'> & { excerpt: string };

/** Results that one search shows. */
const MOST_HITS = 40;
const EXCERPT = 160;

/** The parts that have every word of a query, those with the words in their title first. */
export function search(parts: readonly Searchable[], query: string): Hit[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  return parts
    .map((part) => ({ part, title: part.title.toLowerCase(), text: `${part.title} ${part.text}`.toLowerCase() }))
    .filter(({ text }) => words.every((word) => text.includes(word)))
    .map((found) => ({ ...found, inTitle: words.filter((word) => found.title.includes(word)).length }))
    .sort((one, other) => other.inTitle - one.inTitle)
    .slice(0, MOST_HITS)
    .map(({ part: { place, title, page, text } }) => ({
      place,
      title,
      page,
      excerpt: excerptOf(text, words[0] ?? ''),
    }));
}

function excerptOf(text: string, word: string): string {
  const at = Math.max(0, text.toLowerCase().indexOf(word) - EXCERPT / 2);
  const part = text.slice(at, at + EXCERPT).trim();
  return `${at > 0 ? '…' : ''}${part}${at + EXCERPT < text.length ? '…' : ''}`;
}
