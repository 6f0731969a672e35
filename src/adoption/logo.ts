/** Bytes of a logo: it stands in every page. */
const MOST_BYTES = 8 * 1024;

/** The elements that draw; scripts, links, foreign content, animations, images and stylesheets are none. */
const ELEMENTS = new Set(
  'svg g path circle rect ellipse line polyline polygon defs title desc linearGradient radialGradient stop clipPath'.split(
    ' ',
  ),
);
const ATTRIBUTES = new Set(
  (
    'xmlns viewBox width height version id d x y x1 y1 x2 y2 cx cy r rx ry fx fy points transform fill fill-rule ' +
    'fill-opacity stroke stroke-width stroke-linecap stroke-linejoin stroke-miterlimit stroke-dasharray stroke-opacity ' +
    'opacity clip-path clip-rule offset stop-color stop-opacity gradientUnits gradientTransform spreadMethod ' +
    'clipPathUnits preserveAspectRatio role aria-label aria-hidden'
  ).split(' '),
);
const NAMESPACE = 'http://www.w3.org/2000/svg';
const SHAPES = new Set(['path', 'circle', 'rect', 'ellipse', 'line', 'polyline', 'polygon']);

/** A comment, a text, or a tag with its slash, name, attributes and closing slash. */
const TOKEN =
  /<!--(?:(?!--)[^])*-->|([^<]+)|<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const ATTRIBUTE = /([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const PAINT_OF_ITSELF = /^url\(#[\w-]+\)$/;

/**
 * What is wrong with an SVG document as the logo; null if nothing is. It is refused and not corrected, because its author
 * can see what a corrected one looks like and this service cannot. Only shapes and gradients are accepted: nothing that
 * runs, loads, links or includes, no document type, and no entity.
 */
export function logoFault(svg: string): string | null {
  if (Buffer.byteLength(svg) > MOST_BYTES) return `must have at most ${MOST_BYTES} bytes, because every page has it`;
  const document = svg.replace(/^\s*<\?xml [^<>?]*\?>/, '').trim();
  const open: string[] = [];
  let roots = 0;
  let shapes = 0;
  for (let at = 0; at < document.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(document);
    if (!token) return 'must be well-formed SVG without document type, CDATA and processing instructions';
    const [, text, closing, name, attributes = '', empty] = token;
    if (text !== undefined) {
      if (text.includes('&') || text.includes(']]>')) return 'must not have entities (&) or ]]>';
      const isTitle = ['title', 'desc'].includes(open.at(-1) ?? '');
      if (!isTitle && text.trim() !== '') return 'must not have text outside of title and desc';
    } else if (name !== undefined) {
      if (!ELEMENTS.has(name))
        return `must not have the element ${name.slice(0, 30)}; shapes and gradients are accepted`;
      if (open.length === 0 && (closing || name !== 'svg' || ++roots > 1)) return 'must be one svg element';
      const fault = closing ? closingFault(open.pop(), name) : attributesFault(attributes, open.length === 0);
      if (fault !== null) return fault;
      if (SHAPES.has(name)) shapes += 1;
      if (!closing && !empty) open.push(name);
    }
  }
  if (open.length > 0 || roots !== 1) return 'must be one whole svg element';
  return shapes > 0 ? null : 'must draw something: it has no shape';
}

function closingFault(opened: string | undefined, name: string): string | null {
  return opened === name ? null : `must close ${opened ?? name} where it was opened`;
}

function attributesFault(text: string, isRoot: boolean): string | null {
  const given = new Map<string, string>();
  for (const [, name = '', one, other] of text.matchAll(ATTRIBUTE)) {
    const value = one ?? other ?? '';
    if (given.has(name)) return `must not have ${name.slice(0, 30)} twice`;
    given.set(name, value);
    if (!ATTRIBUTES.has(name))
      return `must not have the attribute ${name.slice(0, 30)}; colours stand in fill and stroke`;
    if (name === 'xmlns' ? value !== NAMESPACE : /[&\\]|:\/\/|javascript:/i.test(value))
      return `must not have an address or an entity in ${name}`;
    if (/url\(/i.test(value) && !PAINT_OF_ITSELF.test(value.trim())) return `must refer to itself alone in ${name}`;
  }
  if (!isRoot) return null;
  if (given.get('xmlns') !== NAMESPACE) return `must have xmlns="${NAMESPACE}"`;
  const box = (given.get('viewBox') ?? '').trim().split(/[\s,]+/);
  const [, , width = 0, height = 0] = box.map(Number);
  const isBox = box.length === 4 && box.every((one) => /^-?(?:\d+\.?\d*|\.\d+)$/.test(one)) && width > 0 && height > 0;
  return isBox ? null : 'must have a viewBox of four numbers, so that it can be drawn in any size';
}
