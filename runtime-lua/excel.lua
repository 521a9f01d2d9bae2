-- Workbooks, which are in the memory of the process: a Workbook is { sheets }, closed it is {}; a sheet is { name =, rows = { [row] = { [column] = value } } }.
local host = ...
local argument = host.require_runtime('argument')
local errors = host.require_runtime('errors')
local ask, fail, INVALID, INTERNAL = host.ask, errors.fail, errors.INVALID, errors.INTERNAL
local getmetatable, ipairs, pairs, select, setmetatable = getmetatable, ipairs, pairs, select, setmetatable
local tonumber, tostring, type = tonumber, tostring, host.type
local byte, find, format, match, upper = string.byte, string.find, string.format, string.match, string.upper
local length, math_type, sort = host.library.utf8.len, math.type, table.sort

local MOST_ROWS, MOST_COLUMNS, LONGEST, LARGEST_BATCH = 1048576, 16384, 32767, 10000

local excel = {}

local WORKBOOK = 'excel.Workbook'
local methods = {}
local Workbook = host.userdata{ __name = WORKBOOK, __metatable = WORKBOOK, __index = methods }

-- Rows of a sheet, one after another: { workbook, sheet, number of the last row read }.
local ROWS = 'excel.Rows'
local reading = {}
local Rows = host.userdata{ __name = ROWS, __metatable = ROWS, __index = reading }

-- The error alone.
local function refused(kind, message) return (select(2, fail(kind, message))) end

-- The number of a stream, or of the stream of a file; nil for anything else.
local function number_of(value)
  if getmetatable(value) == 'fs.File' then value = value[1] end
  if getmetatable(value) == 'stream.Stream' then return value[1] end
end

--- excel.new() → Workbook with one sheet, Sheet1
function excel.new()
  return setmetatable({ { { name = 'Sheet1', rows = {} } } }, Workbook)
end

--- excel.open(a file or stream) → Workbook | nil, err
function excel.open(reader)
  local number = number_of(reader)
  if not number then return fail(INVALID, 'a reader is a file or a stream that is open') end
  local read, err = ask('excel.read', '', number)
  if not read then return nil, err end
  local sheets = {}
  for at, sheet in ipairs(read) do
    local rows = {}
    for i = 2, #sheet do
      local given, row = sheet[i], {}
      for c = 2, #given, 2 do row[given[c]] = given[c + 1] end
      rows[given[1]] = row
    end
    sheets[at] = { name = sheet[1], rows = rows }
  end
  return setmetatable({ sheets }, Workbook)
end

-- The sheets of an open workbook, or nil, err.
local function open(self, method)
  local sheets = argument.object(self, WORKBOOK, method)[1]
  if sheets then return sheets end
  return fail(INTERNAL, 'workbook is closed')
end

-- Names are the same whatever their case.
local function named(sheets, name)
  local wanted = upper(name)
  for at, sheet in ipairs(sheets) do if upper(sheet.name) == wanted then return sheet, at end end
end

local function need(self, name, method)
  local sheets, err = open(self, method)
  if not sheets then return nil, err end
  name = argument.string(name, 1, method)
  local sheet = named(sheets, name)
  if sheet then return sheet end
  return fail(INTERNAL, 'sheet ' .. name .. ' does not exist')
end

--- workbook:new_sheet(name) → its number, also of one that is there | nil, err
function methods:new_sheet(name)
  local sheets, err = open(self, 'new_sheet')
  if not sheets then return nil, err end
  name = argument.string(name, 1, 'new_sheet')
  local _, at = named(sheets, name)
  if at then return at end
  if name == '' or (length(name) or LONGEST) > 31 or find(name, '[%c:\\/?*%[%]]') or find(name, "^'") or find(name, "'$") then
    return fail(INVALID, "the name of a sheet has 1 to 31 characters, none of : \\ / ? * [ ], and no ' at its ends")
  end
  sheets[#sheets + 1] = { name = name, rows = {} }
  return #sheets
end

--- workbook:get_sheet_list() → names | nil, err
function methods:get_sheet_list()
  local sheets, err = open(self, 'get_sheet_list')
  if not sheets then return nil, err end
  local names = {}
  for at, sheet in ipairs(sheets) do names[at] = sheet.name end
  return names
end

-- Column and row of "AB12"; nothing when that is none.
local function place(reference)
  local letters, digits = match(reference, '^(%a%a?%a?)([1-9]%d*)$')
  if not letters or #digits > 7 then return nil end
  local column, row = 0, tonumber(digits)
  for at = 1, #letters do column = column * 26 + byte(upper(letters), at) - 64 end
  if column <= MOST_COLUMNS and row <= MOST_ROWS then return column, row end
end

--- workbook:set_cell_value(sheet, "A1", text, number or boolean; nil empties it) → nil | err
function methods:set_cell_value(name, reference, value)
  local sheet, err = need(self, name, 'set_cell_value')
  if not sheet then return err end
  local column, row = place(argument.string(reference, 2, 'set_cell_value'))
  if not column then
    return refused(INTERNAL, 'invalid cell reference: ' .. reference)
  end
  local kind = type(value)
  if (kind == 'string' and #value > LONGEST) or (kind ~= 'string' and kind ~= 'number' and kind ~= 'boolean' and value ~= nil) then
    return refused(INVALID, 'a value is text of at most 32767 bytes, a number or a boolean')
  end
  local cells = sheet.rows[row]
  if not cells then
    cells = {}
    sheet.rows[row] = cells
  end
  cells[column] = value
  return nil
end

local function text_of(value)
  local kind = type(value)
  if kind == 'boolean' then return value and 'TRUE' or 'FALSE' end
  if math_type(value) == 'float' then
    if value % 1 == 0 and value > -1e15 and value < 1e15 then return format('%d', value) end
    local short = format('%.15g', value)
    return tonumber(short) == value and short or format('%.17g', value)
  end
  return tostring(value)
end

-- The largest number of a table's keys, 0 when it has none.
local function last(numbers)
  local most = 0
  for number in pairs(numbers) do if number > most then most = number end end
  return most
end

-- The texts of a row, up to its last cell.
local function texts_of(cells)
  local texts = {}
  for column = 1, cells and last(cells) or 0 do
    local value = cells[column]
    texts[column] = value == nil and '' or text_of(value)
  end
  return texts
end

--- workbook:get_rows(sheet) → rows of texts, up to the last cell of each | nil, err
function methods:get_rows(name)
  local sheet, err = need(self, name, 'get_rows')
  if not sheet then return nil, err end
  local rows, filled = {}, 0
  for row = 1, last(sheet.rows) do
    rows[row] = texts_of(sheet.rows[row])
    if #rows[row] > 0 then filled = row end
  end
  for row = #rows, filled + 1, -1 do rows[row] = nil end
  return rows
end

--- workbook:rows(sheet) → Rows, to be read some at a time | nil, err
function methods:rows(name)
  local sheet, err = need(self, name, 'rows')
  if not sheet then return nil, err end
  return setmetatable({ self, sheet, 0 }, Rows)
end

--- rows:read(most = 1) → the next rows of texts, those that are empty too; nil behind the last | nil, err
function reading:read(most)
  local workbook, sheet, at = argument.object(self, ROWS, 'read')[1], self[2], self[3]
  most = most == nil and 1 or argument.integer(most, 1, 'read')
  if most < 1 or most > LARGEST_BATCH then return fail(INVALID, 'from 1 to ' .. LARGEST_BATCH .. ' rows are read at a time') end
  if not workbook or not workbook[1] then return fail(INTERNAL, 'rows are closed') end
  local to = last(sheet.rows)
  if at >= to then return nil end
  if to > at + most then to = at + most end
  local batch = {}
  for row = at + 1, to do batch[row - at] = texts_of(sheet.rows[row]) end
  self[3] = to
  return batch
end

--- rows:close() → nil; once more is no error
function reading:close()
  argument.object(self, ROWS, 'close')[1] = nil
  return nil
end

-- Numbers of a table's keys, in order.
local function sorted(numbers)
  local list = {}
  for number in pairs(numbers) do list[#list + 1] = number end
  sort(list)
  return list
end

--- workbook:write_to(a file or stream) → nil | err; it stays open
function methods:write_to(writer)
  local sheets, err = open(self, 'write_to')
  if not sheets then return err end
  local number = number_of(writer)
  if not number then return refused(INTERNAL, 'a writer is a file or a stream that is open') end
  local sent = {}
  for at, sheet in ipairs(sheets) do
    local rows = { sheet.name }
    for _, row in ipairs(sorted(sheet.rows)) do
      local cells = { row }
      for _, column in ipairs(sorted(sheet.rows[row])) do
        cells[#cells + 1] = column
        cells[#cells + 1] = sheet.rows[row][column]
      end
      rows[#rows + 1] = cells
    end
    sent[at] = rows
  end
  local _, fault = ask('excel.write', '', number, sent)
  return fault
end

--- workbook:close() → nil; once more is no error
function methods:close()
  argument.object(self, WORKBOOK, 'close')[1] = nil
  return nil
end

return excel
