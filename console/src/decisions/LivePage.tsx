import { memo, type RefObject, useCallback, useEffect, useLayoutEffect, useReducer, useRef, useState } from 'react';
import { ApiError, get } from '../api/client';
import type { DecisionSummary, RecentDecisions } from '../api/types';
import { go, usePlace } from '../navigation/location';
import { useKeys } from '../navigation/keys';
import { Link } from '../navigation/Link';
import { Empty, Failed, Loading } from '../states/States';
import { count, zone } from '../time/format';
import { Time } from '../time/Time';
import { Effect } from './Effect';
import { FilterBar } from './FilterBar';
import { filterOf, queryOf } from './filter';
import { emptyList, type LiveList, liveList, mostEntries, rate, shown } from './liveList';
import { type StreamState, useStream } from './useStream';
import { VirtualList } from './VirtualList';

/** What the page showed when it was left, for whoever comes back to it. */
let left: { query: string; list: LiveList; top: number } | null = null;

export function LivePage() {
  const place = usePlace();
  const filter = filterOf(place.query);
  const query = queryOf(filter);
  const search = useRef<HTMLInputElement>(null);
  return (
    <main className="page page-live" id="content">
      <h1 className="unseen">Live decisions</h1>
      <FilterBar filter={filter} search={search} />
      <LiveDecisions key={query} query={query} search={search} />
    </main>
  );
}

function LiveDecisions({ query, search }: { query: string; search: RefObject<HTMLInputElement | null> }) {
  const returned = left?.query === query ? left : null;
  const [list, dispatch] = useReducer(liveList, returned?.list ?? emptyList);
  const [loaded, setLoaded] = useState(returned !== null);
  const [error, setError] = useState<ApiError | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = useRowHeight();
  const entries = shown(list);

  const catchUp = useCallback(() => {
    get<RecentDecisions>(`/decisions?${query ? `${query}&` : ''}limit=500`).then(
      (recent) => {
        dispatch({ kind: 'start', entries: recent.items });
        setLoaded(true);
        setError(null);
      },
      (fault: unknown) => setError(fault instanceof ApiError ? fault : new ApiError(0, 'The answer is not readable', String(fault))),
    );
  }, [query]);

  const stream = useStream(query, catchUp, (batches) => dispatch({ kind: 'batches', batches, now: performance.now() }));

  const keep = useRef(list);
  keep.current = list;
  const top = useRef(returned?.top ?? 0);
  useLayoutEffect(() => {
    if (scroller.current && returned) scroller.current.scrollTop = returned.top;
    return () => {
      left = { query, list: keep.current, top: top.current };
    };
    // Only at the beginning and the end of the page's life.
  }, []);

  useEffect(() => {
    if (!list.selected) return;
    const index = entries.findIndex((entry) => entry.reference === list.selected);
    const element = scroller.current;
    if (index < 0 || !element) return;
    const at = index * rowHeight;
    if (at < element.scrollTop) element.scrollTop = at;
    else if (at + rowHeight > element.scrollTop + element.clientHeight) element.scrollTop = at + rowHeight - element.clientHeight;
  }, [list.selected, rowHeight]);

  const select = useCallback((reference: string) => dispatch({ kind: 'select', reference }), []);
  const resume = () => {
    dispatch({ kind: 'resume' });
    scroller.current?.scrollTo({ top: 0 });
  };

  useKeys({
    '/': () => search.current?.focus(),
    j: () => dispatch({ kind: 'move', by: 1 }),
    k: () => dispatch({ kind: 'move', by: -1 }),
    p: () => (list.held ? resume() : dispatch({ kind: 'pause' })),
    Enter: () => list.selected && go(`/decisions/${encodeURIComponent(list.selected)}`),
    Escape: () => (list.selected || list.held ? (dispatch({ kind: 'select', reference: null }), resume()) : go('/live', 'replace')),
  });

  const refused = stream.kind === 'refused' ? stream.error : null;
  return (
    <>
      <StatusLine list={list} stream={stream} onPause={() => dispatch({ kind: 'pause' })} onResume={resume} />
      {refused || (error && !loaded) ? (
        <Failed error={(refused ?? error)!} retry={() => location.reload()} />
      ) : !loaded ? (
        <Loading rows={12} />
      ) : entries.length === 0 ? (
        <Empty title={query ? 'No decision matches yet' : 'No decisions yet'}>
          {query
            ? 'Decisions that match the filter appear here the moment they are made.'
            : 'Every request that reaches a route appears here the moment it is decided. Open one of your applications to see the first.'}
        </Empty>
      ) : (
        <VirtualList
          items={entries}
          rowHeight={rowHeight}
          label="Decisions, newest first"
          scroller={scroller}
          head={<Head />}
          row={(entry, index) => (
            <Row key={entry.reference} entry={entry} index={index} selected={entry.reference === list.selected} onSelect={select} />
          )}
          onScroll={(now) => {
            top.current = now;
            if (now > rowHeight && !keep.current.held) dispatch({ kind: 'pause' });
          }}
        />
      )}
    </>
  );
}

function StatusLine({ list, stream, onPause, onResume }: { list: LiveList; stream: StreamState; onPause: () => void; onResume: () => void }) {
  const { perSecond, oneIn } = rate(list, performance.now());
  const state = list.held ? 'paused' : stream.kind;
  return (
    <div className="live-status">
      <span className={`live-state live-${state}`} role="status">
        {state === 'paused' ? '❚❚ Paused' : state === 'open' ? '● Live' : state === 'waiting' ? '○ Reconnecting' : state === 'refused' ? '✕ Refused' : '○ Connecting'}
      </span>
      <span className="numbers">{count(perSecond)} a second</span>
      <span className={oneIn > 1 ? 'sampling sampling-on' : 'sampling'}>{oneIn > 1 ? `≈ sampled: 1 of ${oneIn} is listed` : `every one is listed, the newest ${mostEntries} stay`}</span>
      {stream.kind === 'waiting' && <span className="quiet">{stream.why} Trying again.</span>}
      <span className="push" />
      <span className="hint quiet">
        <kbd>/</kbd> search <kbd>j</kbd> <kbd>k</kbd> move <kbd>Enter</kbd> open <kbd>p</kbd> pause
      </span>
      {list.held ? (
        <button type="button" className="button button-accent" onClick={onResume}>
          Resume{list.waiting > 0 ? ` · ${count(list.waiting)} new` : ''}
        </button>
      ) : (
        <button type="button" className="button" onClick={onPause}>
          Pause
        </button>
      )}
    </div>
  );
}

function Head() {
  return (
    <div role="row" aria-rowindex={1} className="live-row live-head">
      <span role="columnheader">Time, {zone(new Date())}</span>
      <span role="columnheader">Decision</span>
      <span role="columnheader">Person</span>
      <span role="columnheader">Request</span>
      <span role="columnheader">Route</span>
      <span role="columnheader">Device</span>
      <span role="columnheader">Why</span>
    </div>
  );
}

/** Moves down with every newer one: nothing else of it is rendered anew. */
const Row = memo(function Row({ entry, index, selected, onSelect }: { entry: DecisionSummary; index: number; selected: boolean; onSelect: (reference: string) => void }) {
  return (
    <div role="row" aria-rowindex={index + 2} aria-selected={selected} className={`live-row live-${entry.effect}${selected ? ' selected' : ''}`}>
      <span role="cell" className="cell-time numbers">
        <Time at={entry.at} as="millis" />
      </span>
      <span role="cell" className="cell-effect">
        <Effect effect={entry.effect} observed={entry.observed} />
      </span>
      <span role="cell" className="cell-person clip">{entry.person ? <bdi>{entry.person.name}</bdi> : <span className="quiet">nobody</span>}</span>
      <span role="cell" className="cell-request clip">
        <Link className="row-link" href={`/decisions/${encodeURIComponent(entry.reference)}`} onClick={() => onSelect(entry.reference)} title={`${entry.method} ${entry.path}`}>
          <b>{entry.method}</b> {entry.path}
        </Link>
      </span>
      <span role="cell" className="cell-route clip">{entry.route}</span>
      <span role="cell" className="cell-device clip">{entry.device ? <bdi>{entry.device.name || entry.device.state}</bdi> : <span className="quiet">none</span>}</span>
      <span role="cell" className="cell-reason clip" title={entry.reason}>{entry.reason}</span>
    </div>
  );
});

/** Rows are three lines high where the window is narrow. Kept in step with `--live-row` of the style sheet. */
function useRowHeight(): number {
  const [narrow, setNarrow] = useState(() => matchMedia('(max-width: 940px)').matches);
  useEffect(() => {
    const media = matchMedia('(max-width: 940px)');
    const changed = () => setNarrow(media.matches);
    media.addEventListener('change', changed);
    return () => media.removeEventListener('change', changed);
  }, []);
  return narrow ? 84 : 32;
}
