/** The element with this id. Page and script are written together, so a missing element is a programming error. */
export function byId<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`the page has no ${kind.name} #${id}`);
  return element;
}

/** Every element that matches a selector. */
export function all(selector: string, within: ParentNode = document): HTMLElement[] {
  return Array.from(within.querySelectorAll<HTMLElement>(selector));
}

/** The children that an element may have. A string becomes a text node; nothing here parses HTML. */
export type Child = Node | string | false | null | undefined;

/** Creates an element with attributes by name, listeners (`on…` members that are functions) and children. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Partial<Record<string, string | boolean | (() => void)>> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(key.replace(/^on/, ''), value);
    else if (value === true) element.setAttribute(key, '');
    else if (value !== false && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== false && child !== null && child !== undefined));
  return element;
}

/** The digits of a typed text. */
export function digitsOf(text: string): string {
  return text.replace(/\D/g, '');
}
