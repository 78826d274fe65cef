// Puts the app into the page. In the Electron window the contract comes over a message port.

import { createRoot } from 'react-dom/client';
import { connectWindow } from './api/ipc-transport.ts';
import { App } from './app.tsx';
import './style.css';

const root = document.getElementById('root');
if (root) createRoot(root).render(<App client={connectWindow()} />);
