import { type HttpAttack, said } from '../http.ts'
import { SECRET } from '../neighbourhood.ts'

const UP = [
  '..',
  '%2e%2e',
  '%2E.',
  '.%2e',
  '..%2f',
  '%2e%2e%2f',
  '..%5c',
  '..\\',
  '%252e%252e',
  '..%c0%af',
  '..;',
  '%2e%2e%00',
  '....//',
  '.../',
]
const PATHS = [
  ...UP.flatMap((up) => [`/files/${up}/secret.txt`, `/files/sub/${up}/${up}/secret.txt`, `/files/${up}secret.txt`]),
  ...[
    '/files/link',
    '/files/up/secret.txt',
    '/files//../secret.txt',
    '/files/./../secret.txt',
    '/files/environ',
    '/files/zero',
    '/files/pipe',
  ],
  ...[
    '/files/plain.txt%00.html',
    '/files/plain.txt%00/../../secret.txt',
    '/files/%2fetc%2fpasswd',
    '/files//etc/passwd',
    '/files/%2e%2e%2fsecret.txt',
  ],
  ...[
    '//files/../secret.txt',
    '/files/..%2f..%2f..%2f..%2f..%2f..%2fproc/self/environ',
    'http://x/files/../secret.txt',
    '*',
    '../secret.txt',
  ],
]

export const attack: HttpAttack = {
  about: 'Every way out of a directory that is shown: dots in every disguise, absolute paths, NUL, links, devices and pipes.',
  lay: async ({ port }) => {
    const raws = await Promise.all(PATHS.map((path) => said(port, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)))
    const plain = await said(port, 'GET /files/plain.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    return [
      ...raws.flatMap(({ received, statuses }, at) =>
        received.includes(SECRET) || statuses[0] === 200 ? [`${PATHS[at]} was shown: ${statuses}`] : [],
      ),
      ...(plain.received.endsWith('plain') ? [] : ['what may be shown is not']),
    ]
  },
}
