import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Frame } from './frame/Frame';
import './style/base.css';
import './style/frame.css';
import './style/lists.css';
import './style/decisions.css';
import './style/overview.css';
import './style/contrast.css';

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Frame />
  </StrictMode>,
);
