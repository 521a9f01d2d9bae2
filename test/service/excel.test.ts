// Workbooks, compared with what another implementation (SheetJS) reads and writes.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as other from '@e965/xlsx'
import { strToU8, zipSync } from 'fflate'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readWorkbook } from '../../src/sheet/reader.ts'
import { placeOf, referenceOf } from '../../src/sheet/workbook.ts'
import { writeWorkbook } from '../../src/sheet/writer.ts'
import { type TestApp, withApp } from '../support/app.ts'

const test = suite('excel')

const MODULES = ['excel', 'fs', 'stream']

const withFiles = (
  act: (run: (code: string) => Promise<unknown>, file: (name: string) => string, app: TestApp) => Promise<void>,
): Promise<void> =>
  withApp({ dir: { kind: 'fs.directory', directory: 'files', auto_init: true } }, async (app) => {
    const begin = `local excel, d = require('excel'), assert(require('fs').get('app:dir'))
      local function read(name) local f = assert(d:open(name, 'r')) local wb, err = excel.open(f) f:close() return wb, err end
      local function write(wb, name) local f = assert(d:open(name, 'w')) local err = wb:write_to(f) f:close() return err end`
    await app.eval(`require('fs').get('app:dir'):writefile('/made', '')`, { modules: MODULES })
    return act(
      (code) => app.eval(`${begin} ${code}`, { modules: MODULES }),
      (name) => join(app.root, 'files', name),
      app,
    )
  })

test('rows are read some at a time, empty ones too, until the last or until they are closed', () =>
  withFiles(async (run) => {
    const code = `local wb = excel.new()
      for cell, value in pairs{ A1 = 'x', B1 = 2, A3 = true, C5 = 1.5, A6 = 'gone' } do wb:set_cell_value('Sheet1', cell, value) end
      wb:set_cell_value('Sheet1', 'A6', nil)
      local rows, out = assert(wb:rows('sheet1')), {}
      local function add(batch, err)
        local lines = {}
        for i, row in ipairs(batch or {}) do lines[i] = table.concat(row, ',') end
        out[#out + 1] = err and err:kind() or batch == nil and 'nil' or table.concat(lines, '|')
      end
      add(rows:read()) add(rows:read(3)) add(rows:read(10000)) add(rows:read()) add(rows:read(5)) add(rows:read(0)) add(rows:read(10001))
      rows:close() rows:close() add(rows:read()) add(wb:rows('none'))
      local late = wb:rows('Sheet1') wb:close() add(late:read())
      return out`
    assert.equal(await run(code), ['x,2', '|TRUE|', ',,1.5|', 'nil', 'nil', 'Invalid', 'Invalid', 'Internal', 'Internal', 'Internal'])
  }))

test('what is written is read by others, cell by cell', () =>
  withFiles(async (run, file) => {
    const err = await run(`local wb = excel.new()
      assert(wb:new_sheet('Größe & "q"') == 2)
      local s = 'Größe & "q"'
      for cell, value in pairs{ A1 = 'Hello', b1 = 123, C1 = 45.67, D1 = true, E1 = false, AB3 = '  <b>&\\n "x" ', A4 = 1e300, A5 = '_x0041_', A6 = 'a\\1b' } do
        local err = wb:set_cell_value(s, cell, value) if err then error(err) end
      end
      wb:set_cell_value(s, 'C4', 'gone') wb:set_cell_value(s, 'C4', nil)
      return select('#', wb:set_cell_value(s, 'Z1', nil), wb:write_to(d:open('/out.xlsx', 'w')))`)
    assert.is(err, 2) // nil each
    const book = other.read(readFileSync(file('out.xlsx')))
    assert.equal(book.SheetNames, ['Sheet1', 'Größe & "q"'])
    const sheet = book.Sheets['Größe & "q"']!
    const cells = Object.fromEntries(Object.entries(sheet).flatMap(([at, cell]) => (at.startsWith('!') ? [] : [[at, cell.v]])))
    assert.equal(cells, {
      A1: 'Hello',
      B1: 123,
      C1: 45.67,
      D1: true,
      E1: false,
      AB3: '  <b>&\n "x" ',
      A4: 1e300,
      A5: '_x0041_',
      A6: 'a\u0001b',
    })
  }))

test('what others write is read: shared texts, dates, formulas, gaps', () =>
  withFiles(async (run, file) => {
    const sheet = other.utils.aoa_to_sheet(
      [['Name', 'Age', 'Since'], ['Ada', 36, new Date(Date.UTC(2026, 0, 31))], [], ['Bob', 1.5, null, true]],
      { UTC: true },
    )
    sheet.E2 = { t: 'n', v: 7, f: 'B2-29' }
    sheet.E4 = { t: 'n', v: 0.75, z: 'hh:mm' }
    sheet['!ref'] = 'A1:E4'
    const book = other.utils.book_new(sheet, 'People')
    other.utils.book_append_sheet(book, other.utils.aoa_to_sheet([]), 'Empty')
    writeFileSync(file('in.xlsx'), other.write(book, { type: 'buffer', bookSST: true }) as Buffer)
    assert.equal(
      await run(`local wb = assert(read('/in.xlsx')) return { wb:get_sheet_list(), wb:get_rows('people'), #wb:get_rows('Empty') }`),
      [
        ['People', 'Empty'],
        [['Name', 'Age', 'Since'], ['Ada', '36', '2026-01-31', '', '7'], {}, ['Bob', '1.5', '', 'TRUE', '18:00:00']],
        0,
      ],
    )
    const changed =
      await run(`local wb = assert(read('/in.xlsx')) wb:set_cell_value('People', 'A2', 'Eva') assert(not write(wb, '/in.xlsx'))
      return assert(read('/in.xlsx')):get_rows('People')[2][1]`)
    assert.is(changed, 'Eva')
  }))

test('what is wrong is told', () =>
  withFiles(async (run, file) => {
    const kinds = await run(`local wb, kinds = excel.new(), {}
      local function no(...) local err = select(select('#', ...), ...) kinds[#kinds + 1] = err:kind() end
      no(wb:get_rows('None')) no(wb:set_cell_value('None', 'A1', 1)) no(wb:set_cell_value('Sheet1', 'A0', 1)) no(wb:set_cell_value('Sheet1', 'XFE1', 1))
      no(wb:set_cell_value('Sheet1', 'A1048577', 1)) no(wb:set_cell_value('Sheet1', 'A1', {})) no(wb:new_sheet('a/b')) no(wb:new_sheet(('x'):rep(32)))
      no(excel.open('text')) no(wb:write_to('text')) d:writefile('/bad', 'no zip') no(read('/bad'))
      wb:close() wb:close() no(wb:get_sheet_list()) no(wb:write_to('text'))
      return kinds`)
    assert.equal(kinds, [
      ...['Internal', 'Internal', 'Internal', 'Internal', 'Internal', 'Invalid', 'Invalid', 'Invalid'],
      ...['Invalid', 'Internal', 'Internal', 'Internal', 'Internal'],
    ])
    writeFileSync(file('large'), new Uint8Array(17 * 1024 ** 2))
    assert.match(String(await run(`local _, err = read('/large') return err:message()`)), /at most 16777216 bytes/)
  }))

test('an archive that unpacks to more than is read is refused before it is', () => {
  const bomb = zipSync({ 'xl/workbook.xml': new Uint8Array(65 * 1024 ** 2) }, { level: 9 })
  assert.throws(() => readWorkbook(bomb), /more than 67108864 bytes/)
  const lies = zipSync({ 'xl/workbook.xml': strToU8('<workbook/>'.padEnd(10_000)) })
  const view = new DataView(lies.buffer)
  for (let at = 0; at + 4 < lies.length; at++) if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 5, true) // says it has five bytes
  assert.throws(() => readWorkbook(lies), /this is no workbook|no XML/)
  for (const xml of [
    '',
    '<workbook>',
    '<workbook><sheets><sheet name="a" r:id="x"/></sheets></workbook>',
    '<!DOCTYPE a [<!ENTITY b "c">]><workbook>&b;</workbook>',
  ])
    try {
      assert.ok(readWorkbook(zipSync({ 'xl/workbook.xml': strToU8(xml) })).length <= 1)
    } catch (error) {
      assert.is((error as { code: string }).code, 'EXCEL_FILE')
    }
})

test('a cell beyond the last one is refused', () => {
  const sheet = (cell: string): Uint8Array =>
    zipSync({
      'xl/workbook.xml': strToU8('<workbook><sheets><sheet name="a" r:id="x"/></sheets></workbook>'),
      'xl/_rels/workbook.xml.rels': strToU8('<a><Relationship Id="x" Target="s.xml"/></a>'),
      'xl/s.xml': strToU8(`<worksheet><sheetData>${cell}</sheetData></worksheet>`),
    })
  assert.equal(readWorkbook(sheet('<row><c><v>1</v></c><c><v/></c></row>'))[0]!.rows, [
    [
      1,
      [
        [1, 1],
        [2, ''],
      ],
    ],
  ])
  for (const row of ['1048577', '-1', '1e300', '1.5e9'])
    assert.throws(() => readWorkbook(sheet(`<row r="${row}"><c><v>1</v></c></row>`)), /beyond the last/)
})

test('the same cells are the same bytes, and come back', () => {
  const sheets = [
    {
      name: 'a',
      rows: [
        [
          1,
          [
            [1, 'x'],
            [28, 2],
          ],
        ],
        [7, [[16_384, true]]],
      ] as const,
    },
  ]
  assert.equal(writeWorkbook(sheets), writeWorkbook(sheets))
  assert.equal(readWorkbook(writeWorkbook(sheets)), sheets)
  for (const [reference, place] of [
    ['A1', [1, 1]],
    ['Z9', [26, 9]],
    ['AA10', [27, 10]],
    ['XFD1048576', [16_384, 1_048_576]],
  ] as const) {
    assert.equal(placeOf(reference), place)
    assert.is(referenceOf(place[0], place[1]), reference)
  }
  for (const none of ['', '1', 'A', 'A0', 'XFE1', 'AAAA1', 'A1048577', 'A-1']) assert.is(placeOf(none), null, none)
})

test.run()
