import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { ContextValues } from './ContextValues';
import { contextRows } from './contextRows';

describe('values that conditions could read', () => {
  it('are unknown, absent or known, and the unknown ones stand first', () => {
    const rows = contextRows(
      [
        { key: 'nullius:DeviceState', values: ['compliant'] },
        { key: 'aws:MultiFactorAuthAge', values: [] },
        { key: 'nullius:Groups', values: ['developers', 'on-call'] },
      ],
      ['nullius:UserRisk'],
    );
    expect(rows.map((row) => [row.key, row.state])).toEqual([
      ['nullius:UserRisk', 'unknown'],
      ['aws:MultiFactorAuthAge', 'absent'],
      ['nullius:DeviceState', 'known'],
      ['nullius:Groups', 'known'],
    ]);
  });

  it('say of a key only that it is unknown when it could not be established', () => {
    expect(contextRows([{ key: 'nullius:UserRisk', values: [] }], ['nullius:userrisk'])).toEqual([{ key: 'nullius:userrisk', state: 'unknown', values: [] }]);
  });

  it('are shown with words and signs, not by colour alone', () => {
    const html = renderToStaticMarkup(
      <ContextValues context={[{ key: 'nullius:Groups', values: ['developers', 'on-call'] }, { key: 'aws:Referer', values: [] }, { key: 'aws:UserAgent', values: [''] }]} missing={['nullius:UserRisk']} />,
    );
    expect(html).toContain('? unknown');
    expect(html).toContain('○ absent');
    expect(html).toContain('<code class="value">developers</code><code class="value">on-call</code>');
    expect(html).toContain('(empty text)');
    expect(html).toContain('? 1 unknown');
  });

  it('are encoded and need no place when there are none', () => {
    expect(renderToStaticMarkup(<ContextValues context={[{ key: 'k', values: ['<b>'] }]} missing={[]} />)).toContain('&lt;b&gt;');
    expect(renderToStaticMarkup(<ContextValues context={[]} missing={[]} />)).toBe('');
  });
});
