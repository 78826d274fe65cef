// The page in the stand-in's window: one real Chromium page, whose requests are answered by our own protocol handler, with
// the preload in a world of its own and its message ports joined to the main process.

import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  type Browser,
  type CDPSession,
  chromium,
  type Page,
  type Request as PageRequest,
  type Route,
} from '@playwright/test';
import type * as Electron from 'electron';

/** What the main process has said about pages. */
export const pageRules = {
  handlers: new Map<string, (request: Request) => Response | Promise<Response>>(),
  may: undefined as ((contents: null, permission: 'unknown', origin: string, details: never) => boolean) | undefined,
  beforeRequest: undefined as ((details: never, answer: (how: { cancel?: boolean }) => void) => void) | undefined,
};

type WebContentsPart = EventEmitter & Pick<Electron.WebContents, 'getURL' | 'reload' | 'setWindowOpenHandler'>;

export type HostWindow = {
  readonly webContents: WebContentsPart;
  readonly load: (url: string) => Promise<void>;
  /** Goes there as if the page had never been confined. */
  readonly visit: (url: string) => Promise<void>;
  readonly evaluate: (script: string) => Promise<unknown>;
  readonly close: () => void;
};

type PortMessage = { readonly id: number; readonly data: unknown };
type Posted = { readonly channel: string; readonly ids: readonly number[] };

// Chromium knows our scheme only inside Electron; a name of localhost is as secure to it.
const ownHost = 'http://app-keyhatch.localhost';
const toChromium = (url: string) => url.replace(/^app:\/\/keyhatch(?=\/|$)/, ownHost);
const fromChromium = (url: string) => url.replace(ownHost, 'app://keyhatch');

let browser: Promise<Browser> | undefined;

export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
}

function openBrowser(): Promise<Browser> {
  browser ??= chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
  return browser;
}

export function createHostWindow(preload: string, onPost: (channel: string, event: object) => void): HostWindow {
  let url = '';
  let windowOpen: Parameters<Electron.WebContents['setWindowOpenHandler']>[0] | undefined;
  let expected = '';
  let loaded: Promise<unknown> = Promise.resolve();
  const ready = openPage();
  const webContents = Object.assign(new EventEmitter(), {
    getURL: () => url,
    reload: () => void ready.then((page) => load(fromChromium(page.url()))),
    setWindowOpenHandler(handler: typeof windowOpen) {
      windowOpen = handler;
    },
    mainFrame: {
      get url() {
        return url;
      },
    },
  });

  async function openPage(): Promise<Page> {
    const page = await (await openBrowser()).newPage();
    page.on('framenavigated', (frame) => {
      if (frame === page.mainFrame()) url = fromChromium(frame.url());
    });
    page.on('popup', (popup) => void popup.close());
    await page.context().route('**/*', (route) => answer(page, route));
    const cdp = await page.context().newCDPSession(page);
    await joinPorts(cdp, readFileSync(preload, 'utf8'), ({ channel }, ports) =>
      onPost(channel, { ports, sender: webContents, senderFrame: webContents.mainFrame }),
    );
    return page;
  }

  async function answer(page: Page, route: Route): Promise<void> {
    const request = route.request();
    const asked = fromChromium(request.url());
    if (!isOf(page, request)) {
      windowOpen?.({ url: asked } as Electron.HandlerDetails);
      return route.abort();
    }
    if (request.isNavigationRequest() && asked !== expected) {
      let prevented = false;
      const preventDefault = () => {
        prevented = true;
      };
      webContents.emit('will-frame-navigate', { url: asked, preventDefault });
      // Any other reason would put up a page that says so.
      if (prevented) return route.abort('aborted');
    }
    const handler = pageRules.handlers.get(new URL(asked).protocol);
    if (handler) {
      const response = await handler(new Request(asked));
      const body = Buffer.from(await response.arrayBuffer());
      return route.fulfill({ status: response.status, headers: Object.fromEntries(response.headers), body });
    }
    // No network in a test: whatever is let through is an empty page.
    if (asked === expected) return route.fulfill({ contentType: 'text/html', body: '<title>elsewhere</title>' });
    pageRules.beforeRequest?.({} as never, ({ cancel }) => void (cancel ? route.abort() : route.fulfill({ body: '' })));
  }

  async function load(target: string): Promise<void> {
    expected = target.replace(/#.*/, '');
    loaded = ready.then((page) => page.goto(toChromium(target)));
    await loaded;
  }

  return {
    webContents,
    load,
    visit: load,
    async evaluate(script) {
      await loaded;
      return (await ready).evaluate(script);
    },
    // The browser may be gone before it.
    close: () => void ready.then((page) => page.close()).catch(() => {}),
  };
}

/** False for what a page of its own asks for, which has no frame yet. */
function isOf(page: Page, request: PageRequest): boolean {
  try {
    return request.frame().page() === page;
  } catch {
    return false;
  }
}

class HostPort extends EventEmitter implements Pick<Electron.MessagePortMain, 'postMessage' | 'start' | 'close'> {
  #waiting: unknown[] | undefined = [];
  readonly #send: (script: string) => void;
  readonly #id: number;
  constructor(id: number, send: (script: string) => void) {
    super();
    this.#id = id;
    this.#send = send;
  }
  arrive(data: unknown): void {
    if (this.#waiting) this.#waiting.push(data);
    else this.emit('message', { data, ports: [] });
  }
  start(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const data of waiting) this.arrive(data);
  }
  postMessage(data: unknown): void {
    this.#send(`hostDeliver(${this.#id}, ${JSON.stringify(data instanceof Uint8Array ? [...data] : data)})`);
  }
  close(): void {
    this.#send(`hostClose(${this.#id})`);
    this.emit('close');
  }
}

async function joinPorts(
  cdp: CDPSession,
  preload: string,
  onPost: (posted: Posted, ports: readonly HostPort[]) => void,
): Promise<void> {
  const ports = new Map<string, HostPort>();
  cdp.on('Runtime.bindingCalled', ({ payload, executionContextId: contextId }) => {
    const message = JSON.parse(payload) as PortMessage | Posted;
    // A page that has gone meanwhile takes nothing any more.
    const send = (expression: string) => void cdp.send('Runtime.evaluate', { expression, contextId }).catch(() => {});
    if ('data' in message) {
      const { id, data } = message;
      ports.get(`${contextId} ${id}`)?.arrive(Array.isArray(data) ? Uint8Array.from(data as number[]) : data);
      return;
    }
    const made = message.ids.map((id) => {
      const port = new HostPort(id, send);
      ports.set(`${contextId} ${id}`, port);
      return port;
    });
    onPost(message, made);
  });
  cdp.on('Runtime.executionContextDestroyed', ({ executionContextId }) => {
    for (const [name, port] of ports)
      if (name.startsWith(`${executionContextId} `) && ports.delete(name)) port.emit('close');
  });
  await cdp.send('Page.enable');
  await cdp.send('Runtime.enable');
  await cdp.send('Runtime.addBinding', { name: 'hostPost', executionContextName: 'preload' });
  await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: worldOf(preload), worldName: 'preload' });
}

/** The preload with a `require` that knows nothing but a port's way to the main process. */
function worldOf(preload: string): string {
  return `{
    const ports = new Map();
    let next = 0;
    globalThis.hostDeliver = (id, data) => ports.get(id)?.postMessage(Array.isArray(data) ? Uint8Array.from(data) : data);
    globalThis.hostClose = (id) => ports.get(id)?.close();
    const take = (port) => {
      const id = next++;
      ports.set(id, port);
      port.onmessage = ({ data }) =>
        hostPost(JSON.stringify({ id, data: typeof data === 'string' ? data : [...new Uint8Array(data)] }));
      return id;
    };
    const ipcRenderer = {
      postMessage: (channel, message, transfer = []) => hostPost(JSON.stringify({ channel, ids: transfer.map(take) })),
    };
    const require = (name) => {
      if (name === 'electron') return { ipcRenderer };
      throw new Error('A sandboxed preload cannot have ' + name);
    };
    (function (require, module, exports) {${preload}\n})(require, { exports: {} }, {});
  }`;
}
