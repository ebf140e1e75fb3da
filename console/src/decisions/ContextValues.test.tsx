import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { ContextValues } from './ContextValues';
import { contextRows } from './contextRows';

describe('values that conditions could read', () => {
  it('are unknown, absent or known, and the unknown ones stand first', () => {
    const rows = contextRows(
      [
        { key: 'nullius:DeviceState', state: 'present', values: ['compliant'] },
        { key: 'aws:MultiFactorAuthAge', state: 'absent', values: [] },
        { key: 'nullius:Groups', state: 'present', values: ['developers', 'on-call'] },
      ],
      ['nullius:UserRisk'],
    );
    expect(rows.map((row) => [row.key, row.state])).toEqual([
      ['nullius:UserRisk', 'unknown'],
      ['aws:MultiFactorAuthAge', 'absent'],
      ['nullius:DeviceState', 'present'],
      ['nullius:Groups', 'present'],
    ]);
  });

  it('say of a key only that it is unknown when it could not be established', () => {
    expect(contextRows([{ key: 'nullius:UserRisk', state: 'unknown', values: [] }], ['nullius:userrisk'])).toEqual([{ key: 'nullius:userrisk', state: 'unknown', values: [] }]);
  });

  it('are shown with words and signs, not by colour alone', () => {
    const html = renderToStaticMarkup(
      <ContextValues context={[{ key: 'nullius:Groups', state: 'present', values: ['developers', 'on-call'] }, { key: 'aws:Referer', state: 'absent', values: [] }, { key: 'aws:UserAgent', state: 'present', values: [''] }, { key: 'aws:SourceIp', state: 'unknown', values: [] }, { key: 'aws:userid', state: 'withheld', values: [] }]} missing={['nullius:UserRisk']} />,
    );
    expect(html).toContain('? unknown');
    expect(html).toContain('○ absent');
    expect(html).toContain('○ not kept');
    expect(html).toContain('<code class="value">developers</code><code class="value">on-call</code>');
    expect(html).toContain('(empty text)');
    expect(html).toContain('? 2 unknown');
  });

  it('are encoded and need no place when there are none', () => {
    expect(renderToStaticMarkup(<ContextValues context={[{ key: 'k', state: 'present', values: ['<b>'] }]} missing={[]} />)).toContain('&lt;b&gt;');
    expect(renderToStaticMarkup(<ContextValues context={[]} missing={[]} />)).toBe('');
  });
});
