import type { AnchorHTMLAttributes, MouseEvent } from 'react';
import { go } from './location';

type Props = AnchorHTMLAttributes<HTMLAnchorElement> & { href: string };

/** A link inside the console: a real anchor, so that it can be copied and opened in a new tab. */
export function Link({ href, onClick, ...rest }: Props) {
  function follow(event: MouseEvent<HTMLAnchorElement>) {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(href);
  }
  return <a href={href} onClick={follow} {...rest} />;
}
