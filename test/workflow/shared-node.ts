// A node that a test kills, freezes and cuts off: boots the app in a directory, says on its output when it is up and what it is called in
// journals, and starts workflows for lines on its input: the prefix of their ids and how many.

import { createInterface } from 'node:readline'
import { workflowsOf } from '../../src/app/workflows.ts'
import { boot } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { encodeAll } from '../../src/msgpack.ts'
import { plainStart } from '../../src/service/workflow-options.ts'

const { config } = await loadConfig(process.argv[2] ?? '', { set: [], env: {} })
const node = await boot(config)
if (node.problems.length > 0) throw node.problems[0]
const workflows = workflowsOf(node.parts)
process.stdout.write(`up ${workflows.owner}\n`)

const start = async (id: string, number: number): Promise<void> => {
  try {
    await workflows.begin({
      ...{ entry: 'app:parent', host: 'app:workflows', args: encodeAll([number, id]), context: node.parts.authority.operator },
      options: { ...plainStart, id, reuse: 'never' },
    })
  } catch (error) {
    process.stderr.write(`start of ${id}: ${error}\n`)
  }
}

createInterface(process.stdin).on('line', (line) => {
  const [prefix = '', count = '0'] = line.split(' ')
  for (let number = 1; number <= Number(count); number++) void start(`${prefix}${number}`, number)
})
