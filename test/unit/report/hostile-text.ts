/** Text made of what breaks out of markup, with ordinary letters between. */
import fc from 'fast-check';

const dangerous = [
  '<',
  '>',
  '"',
  "'",
  '&',
  '/',
  '=',
  ' ',
  '\n',
  '`',
  '${',
  '-->',
  ']]>',
  '\0',
  '\x1b',
  '\u202e',
  '\ud800',
];

export const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...dangerous), fc.constantFrom('a', 'script', 'onload', 'é', '漢')), {
    maxLength: 12,
  })
  .map((parts) => parts.join(''));
