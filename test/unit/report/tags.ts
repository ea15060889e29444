/** The tags of a page in their order; throws when they do not nest, so that a page that passes is well formed. */
const voidTags = new Set(['meta', 'br']);

export function tagsOf(page: string): string[] {
  const body = page.replace(/<style>[\s\S]*?<\/style>/, '<style></style>');
  const open: string[] = [];
  const tags: string[] = [];
  let textFrom = 0;
  for (const match of body.matchAll(/<(!doctype html)>|<(\/?)([a-z][a-z0-9]*)((?:\s+[\w:-]+="[^"<>]*")*)\s*(\/?)>/gi)) {
    const between = body.slice(textFrom, match.index);
    if (/[<>]/.test(between)) throw new Error(`stray angle bracket in ${JSON.stringify(between.slice(0, 200))}`);
    textFrom = match.index + match[0].length;
    const [, doctype, closing, name, , selfClosing] = match;
    if (doctype) continue;
    tags.push(`${closing}${name}`);
    if (closing) {
      const expected = open.pop();
      if (expected !== name) throw new Error(`</${name}> closes <${expected}>`);
    } else if (!selfClosing && !voidTags.has(name!)) open.push(name!);
  }
  if (/[<>]/.test(body.slice(textFrom))) throw new Error('stray angle bracket at the end');
  if (open.length > 0) throw new Error(`never closed: ${open.join(', ')}`);
  return tags;
}
