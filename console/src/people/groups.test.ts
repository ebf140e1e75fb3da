import { describe, expect, it } from 'vitest';
import { changeOf, namesIn } from './groups';

describe('groups as they are typed', () => {
  it('stand apart by spaces and lines, each once', () => {
    expect(namesIn('  staff night\nstaff  support ')).toEqual(['staff', 'night', 'support']);
    expect(namesIn(' ')).toEqual([]);
  });

  it('keep their commas: what was not touched is no change', () => {
    const present = ['eu,staff', 'night'];
    expect(changeOf(present, namesIn(present.join(' ')))).toEqual({ join: [], leave: [] });
  });

  it('become what is joined and what is left', () => {
    expect(changeOf(['staff', 'night'], ['night', 'support'])).toEqual({ join: ['support'], leave: ['staff'] });
    expect(changeOf(['staff'], ['staff'])).toEqual({ join: [], leave: [] });
  });
});
