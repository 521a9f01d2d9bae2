import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isZoneName, localZoneName, zoneTable } from '../../src/service/zone.ts'

const test = suite('zone')

type Period = readonly [since: number, offset: number, abbreviation: string]

const periods = async (name: string): Promise<readonly Period[]> => {
  const { packed, abbreviations } = await zoneTable(name)
  const view = new DataView(packed.buffer)
  return Array.from({ length: packed.length / 9 }, (_, index) => {
    const at = index * 9
    const since = view.getUint32(at, true) + view.getInt8(at + 4) * 2 ** 32
    return [since, view.getUint16(at + 5, true) + view.getInt8(at + 7) * 2 ** 16, abbreviations[packed[at + 8]! - 1]!]
  })
}

const holding = (table: readonly Period[], text: string) => table.findLast(([since]) => since <= Date.parse(text) / 1000)!.slice(1)

test('UTC is one period without a beginning', async () => {
  assert.equal(await periods('UTC'), [[-(2 ** 39), 0, 'UTC']])
})

test('summer time begins and ends to the second', async () => {
  const paris = await periods('Europe/Paris')
  assert.equal(holding(paris, '2024-03-31T00:59:59Z'), [3600, 'CET'])
  assert.equal(holding(paris, '2024-03-31T01:00:00Z'), [7200, 'CEST'])
  assert.equal(holding(paris, '2024-10-27T00:59:59Z'), [7200, 'CEST'])
  assert.equal(holding(paris, '2024-10-27T01:00:00Z'), [3600, 'CET'])
})

test('zones west of Greenwich, south of the equator and off the hour', async () => {
  assert.equal(holding(await periods('America/New_York'), '2024-01-01T00:00:00Z'), [-18_000, 'EST'])
  assert.equal(holding(await periods('Australia/Sydney'), '2024-01-01T00:00:00Z'), [39_600, 'AEDT'])
  assert.equal(holding(await periods('Asia/Kolkata'), '2024-01-01T00:00:00Z'), [19_800, 'IST'])
  assert.equal(holding(await periods('Asia/Kathmandu'), '2024-01-01T00:00:00Z'), [20_700, '+0545'])
  assert.equal(holding(await periods('America/Sao_Paulo'), '2024-01-01T00:00:00Z'), [-10_800, '-03'])
})

test('the past: local mean time, and letters that Intl only knows for later', async () => {
  const york = await periods('America/New_York')
  assert.equal(holding(york, '1850-01-01T00:00:00Z'), [-17_762, 'LMT'])
  assert.equal(holding(york, '1930-07-01T00:00:00Z'), [-14_400, 'EDT'])
})

test('names are those of places, not offsets or paths', () => {
  for (const name of ['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5', localZoneName()])
    assert.ok(isZoneName(name), name)
  for (const name of ['', '+02:00', 'Mars/Olympus', '../UTC', 'Europe/Berlin\0']) assert.not(isZoneName(name), name)
})

test.run()
