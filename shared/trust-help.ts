// How each system, and each kind of program, is told to trust the authority of this server: steps as texts, commands to be
// copied. Data alone; pages and documentation show it.

export type TrustHelp = {
  readonly id: 'macos' | 'windows' | 'linux' | 'ios' | 'android' | 'firefox' | 'node' | 'python';
  readonly name: string;
  /** In order, each one sentence or two. */
  readonly steps: readonly string[];
  /** To be pasted into a terminal; `FILE` in it is the authority's certificate. */
  readonly command?: string;
};

/** What the downloaded file is called. */
export const authorityFile = 'keyhatch-ca.pem';

export const trustHelps: readonly TrustHelp[] = [
  {
    id: 'macos',
    name: 'macOS',
    steps: [
      'Run this in Terminal on the other Mac, in the folder of the downloaded file. It asks for that Mac’s password.',
    ],
    command: 'sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain FILE',
  },
  {
    id: 'windows',
    name: 'Windows',
    steps: ['Run this in PowerShell, in the folder of the downloaded file. Windows shows the fingerprint and asks.'],
    command: 'Import-Certificate -FilePath FILE -CertStoreLocation Cert:\\CurrentUser\\Root',
  },
  {
    id: 'linux',
    name: 'Linux',
    steps: [
      'Debian, Ubuntu and their kin: run this in the folder of the downloaded file.',
      'Fedora and its kin: copy it to /etc/pki/ca-trust/source/anchors/ and run update-ca-trust.',
    ],
    command: 'sudo cp FILE /usr/local/share/ca-certificates/keyhatch-ca.crt && sudo update-ca-certificates',
  },
  {
    id: 'ios',
    name: 'iPhone and iPad',
    steps: [
      'Open the address below in Safari and allow the download.',
      'Settings › General › VPN & Device Management: install the profile “Keyhatch authority”, and compare its fingerprint.',
      'Settings › General › About › Certificate Trust Settings: switch it on. Without this step it is not trusted.',
    ],
  },
  {
    id: 'android',
    name: 'Android',
    steps: [
      'Open the address below in the browser and save the file.',
      'Settings › Security › More security settings › Encryption & credentials › Install a certificate › CA certificate: choose the file.',
      'Browsers trust it then. Apps do only if their makers allow it.',
    ],
  },
  {
    id: 'firefox',
    name: 'Firefox',
    steps: [
      'Settings › Privacy & Security › Certificates › View Certificates › Authorities › Import: choose the file.',
      'Tick “Trust this CA to identify websites”.',
    ],
  },
  {
    id: 'node',
    name: 'Node.js',
    steps: ['Node does not ask the system. Set this where the program starts.'],
    command: 'export NODE_EXTRA_CA_CERTS="$PWD/FILE"',
  },
  {
    id: 'python',
    name: 'Python',
    steps: [
      'Libraries of Python do not ask the system either. Set both where the program starts: the first is for requests, the second for httpx and the standard library.',
      'The file then stands in place of all other authorities, so set them for this program alone.',
    ],
    command: 'export REQUESTS_CA_BUNDLE="$PWD/FILE" SSL_CERT_FILE="$PWD/FILE"',
  },
];

/** The command with the file's name in it. */
export function trustCommand({ command }: TrustHelp): string | undefined {
  return command?.replaceAll('FILE', authorityFile);
}
