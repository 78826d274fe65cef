// Which program a request came from, by its User-Agent: a name out of one fixed list, so that whatever a stranger sends
// cannot make a new one. For display and counting only: anybody can send any User-Agent.

// Tried in this order: programs before the libraries they are built on. A mark counts at the start of a word; lower case.
const marks = [
  ['Claude Code', 'claude-cli/', 'claude-code/'],
  ['Codex', 'codex'],
  ['opencode', 'opencode/'],
  ['GitHub Copilot CLI', 'githubcopilotcli/', 'copilot-cli/', 'copilot/'],
  ['VS Code Copilot', 'githubcopilot', 'github-copilot'],
  ['Continue', 'continue/', 'continue-dev/'],
  ['Cline', 'cline/', 'cline-'],
  ['Roo Code', 'roocode/', 'roo-code/'],
  ['Kilo Code', 'kilo-code/', 'kilocode/'],
  ['Zed', 'zed/'],
  ['Cursor', 'cursor/'],
  ['Windsurf', 'windsurf/'],
  ['Xcode', 'xcode/'],
  ['JetBrains', 'jetbrains', 'intellij'],
  ['aider', 'aider/'],
  ['Droid', 'factory-cli/', 'droid/'],
  ['Gemini CLI', 'geminicli/'],
  ['Qwen Code', 'qwencode/', 'qwen-code/'],
  ['Crush', 'charm-crush/', 'crush/'],
  ['goose', 'goose/'],
  ['OpenClaw', 'openclaw/'],
  ['Open WebUI', 'open-webui/', 'open webui', 'openwebui'],
  ['Obsidian', 'obsidian/'],
  ['LibreChat', 'librechat/'],
  ['AnythingLLM', 'anythingllm'],
  ['SillyTavern', 'sillytavern'],
  ['Cherry Studio', 'cherrystudio/'],
  ['Home Assistant', 'homeassistant/'],
  ['n8n', 'n8n'],
  ['LM Studio SDK', 'lmstudio', 'lm-studio'],
  ['LangChain', 'langchain'],
  ['LiteLLM', 'litellm'],
  ['Spring AI', 'spring-ai'],
  ['Vercel AI SDK', 'ai-sdk/', 'ai/'],
  ['OpenAI SDK (JS)', 'openai/js', 'azureopenai/js'],
  ['OpenAI SDK (Python)', 'openai/python', 'asyncopenai/python', 'azureopenai/python', 'asyncazureopenai/python'],
  ['OpenAI SDK', 'openai/'],
  ['Anthropic SDK (JS)', 'anthropic/js'],
  ['Anthropic SDK (Python)', 'anthropic/python', 'asyncanthropic/python'],
  ['Anthropic SDK', 'anthropic/'],
  ['Ollama SDK (JS)', 'ollama-js/'],
  ['Ollama SDK (Python)', 'ollama-python/'],
  ['Ollama', 'ollama/'],
  ['curl', 'curl/'],
  ['Wget', 'wget/'],
  ['HTTPie', 'httpie/'],
  ['Postman', 'postmanruntime/'],
  ['Insomnia', 'insomnia/'],
  ['PowerShell', 'powershell/', 'windowspowershell/'],
  ['Python', 'python-', 'python/', 'aiohttp/'],
  ['Node.js', 'node', 'undici', 'axios/', 'got ', 'got/'],
  ['Bun', 'bun/'],
  ['Deno', 'deno/'],
  ['Go', 'go-http-client/'],
  ['Java', 'java', 'okhttp/', 'apache-httpclient/', 'ktor', 'reactornetty/'],
  ['Rust', 'reqwest/', 'ureq/'],
  ['PHP', 'guzzlehttp/', 'php'],
  ['Ruby', 'ruby', 'faraday'],
  ['Electron', 'electron/'],
  ['Firefox', 'firefox/'],
  ['Edge', 'edg/'],
  ['Chrome', 'chrome/', 'chromium/'],
  ['Safari', 'safari/'],
  ['Apple', 'cfnetwork/'],
] as const satisfies readonly (readonly [name: string, mark: string, ...more: string[]])[];

export type UserAgentName = (typeof marks)[number][0] | 'other';

/** Every name that can come out: 64 at most, and `other`. */
export const userAgentNames: readonly UserAgentName[] = [...marks.map(([name]) => name), 'other'];

export function clientOfUserAgent(userAgent: string | null | undefined): UserAgentName {
  const words = ` ${(userAgent ?? '').slice(0, 256).toLowerCase().replace(/[(;,]/g, ' ')}`;
  const found = marks.find(([, ...texts]) => texts.some((text) => words.includes(` ${text}`)));
  return found?.[0] ?? 'other';
}
