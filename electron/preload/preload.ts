// The bridge between page and main process: hands one end of a message port over, and nothing else. The page gets no
// function of ours and main gets no data, only the port; main checks who sent it.

import { ipcRenderer } from 'electron';

window.addEventListener('message', (event: MessageEvent<unknown>) => {
  if (event.source !== window || event.data !== 'keyhatch:contract') return;
  const [port] = event.ports;
  if (port) ipcRenderer.postMessage('keyhatch:contract', null, [port]);
});
