import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostileText } from './hostile-text.ts';
import { escapeHtml, markup, trusted } from '../../../model/html/markup.ts';

describe('markup', () => {
  it('escapes text and keeps markup', () => {
    const inner = markup`<b>${'<i>'}</b>`;
    expect(markup`<p title="${'"x" & \'y\''}">${inner}${3}${[inner, '&']}</p>`.html).toBe(
      '<p title="&quot;x&quot; &amp; &#39;y&#39;"><b>&lt;i&gt;</b>3<b>&lt;i&gt;</b>&amp;</p>',
    );
    expect(markup`${trusted('<br>')}`.html).toBe('<br>');
  });

  it('shows characters that could deceive as what they are', () => {
    expect(escapeHtml('a\u202egpj.exe\0\x1b[31m\ud800')).toBe('a\ufffdgpj.exe\ufffd\ufffd[31m\ufffd');
    expect(escapeHtml('zeile\n\tzwei é 漢')).toBe('zeile\n\tzwei é 漢');
  });

  it('lets nothing out of an attribute or element', () => {
    fc.assert(fc.property(hostileText, (text) => !/[<>"']/.test(escapeHtml(text))));
  });
});
