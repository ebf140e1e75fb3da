import { useState } from 'react';

type Theme = 'system' | 'light' | 'dark';
const next: Record<Theme, Theme> = { system: 'dark', dark: 'light', light: 'system' };
const signs: Record<Theme, string> = { system: '◐', dark: '●', light: '○' };

/** System, dark or light; kept in this browser. */
export function ThemeToggle() {
  const [theme, setTheme] = useState<Theme>(() => (document.documentElement.dataset.theme as Theme | undefined) ?? 'system');
  function turn() {
    const chosen = next[theme];
    setTheme(chosen);
    if (chosen === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    try {
      if (chosen === 'system') localStorage.removeItem('nullius-theme');
      else localStorage.setItem('nullius-theme', chosen);
    } catch {
      // Without storage it holds for this page.
    }
  }
  return (
    <button type="button" className="button button-plain" onClick={turn} title={`Theme: ${theme}`} aria-label={`Theme: ${theme}`}>
      <span aria-hidden="true">{signs[theme]}</span>
    </button>
  );
}
