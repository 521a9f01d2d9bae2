// The Lua API of what is kept: databases, stores, buckets, workbooks, streams, files. Lines as in data.ts.

export const storage = `
module sql: Databases. db is another name of it.
get(id: string): Database?, Error? - The database of an entry.
NULL = any - The null of a column.
as.int(value: any): any - A parameter of that type.
as.float(value: any): any - A parameter of that type.
as.text(value: any): any - A parameter of that type.
as.binary(value: any): any - A parameter of that type.
as.null(): any - A null.
type.POSTGRES = string - What db:type() says.
type.MYSQL = string - What db:type() says.
type.SQLITE = string - What db:type() says.
type.UNKNOWN = string - What db:type() says.
isolation.DEFAULT = string - For begin.
isolation.READ_UNCOMMITTED = string - For begin.
isolation.READ_COMMITTED = string - For begin.
isolation.WRITE_COMMITTED = string - For begin.
isolation.REPEATABLE_READ = string - For begin.
isolation.SERIALIZABLE = string - For begin.
builder.select(...: string): SelectBuilder - SELECT.
builder.insert(table: string?): InsertBuilder - INSERT.
builder.update(table: string?): UpdateBuilder - UPDATE.
builder.delete(table: string?): DeleteBuilder - DELETE.
builder.expr(sql: string, ...: any): any - A piece of SQL with its arguments.
builder.eq(values: table): any - All columns equal.
builder.not_eq(values: table): any - All columns different.
builder.lt(values: table): any - All columns less.
builder.lte(values: table): any - All columns less or equal.
builder.gt(values: table): any - All columns greater.
builder.gte(values: table): any - All columns greater or equal.
builder.like(values: table): any - All columns like.
builder.not_like(values: table): any - No column like.
builder.and_(conditions: table): any - All of them.
builder.or_(conditions: table): any - Any of them.
builder.question = any - Placeholders ?.
builder.dollar = any - Placeholders $1.
builder.at = any - Placeholders @p1.
builder.colon = any - Placeholders :1.
builder.default_placeholder = any - Placeholders of the target.
class Database
type(): string - Which database it is.
query(sql: string, parameters: table?): table[]?, Error? - Rows.
execute(sql: string, parameters: table?): table?, Error? - { last_insert_id, rows_affected }.
prepare(sql: string): Statement?, Error? - A statement to be used again.
begin(options: table?): Transaction?, Error? - { isolation =, read_only = }.
stats(): table?, Error? - Connections, and how long they were waited for.
release(): boolean - Nothing has to be given back.
class Statement
query(parameters: table?): table[]?, Error? - Rows.
execute(parameters: table?): table?, Error? - { last_insert_id, rows_affected }.
close(): boolean?, Error? - No more.
class Transaction
db_type(): string - Which database it is in.
query(sql: string, parameters: table?): table[]?, Error? - Rows.
execute(sql: string, parameters: table?): table?, Error? - { last_insert_id, rows_affected }.
prepare(sql: string): Statement?, Error? - A statement within it.
commit(): boolean?, Error? - Makes it last.
rollback(): boolean?, Error? - Undoes it.
savepoint(name: string): boolean?, Error? - A point to go back to.
rollback_to(name: string): boolean?, Error? - Goes back.
release(name: string): boolean?, Error? - Forgets the point.
class SelectBuilder
to_sql(): string?, any - The text and its arguments.
run_with(target: any): Query - For a database or a transaction.
placeholder_format(format: any): SelectBuilder - What stands for an argument.
suffix(sql: string, ...: any): SelectBuilder - SQL behind all else.
columns(...: string): SelectBuilder - More columns.
from(table: string): SelectBuilder - FROM.
distinct(): SelectBuilder - DISTINCT.
join(table: string, ...: any): SelectBuilder - JOIN, with its condition and arguments.
inner_join(table: string, ...: any): SelectBuilder - INNER JOIN.
left_join(table: string, ...: any): SelectBuilder - LEFT JOIN.
right_join(table: string, ...: any): SelectBuilder - RIGHT JOIN.
where(condition: any, ...: any): SelectBuilder - A text with its arguments, a table of equals, or an expression; several are AND.
having(condition: any, ...: any): SelectBuilder - The same of groups.
group_by(...: string): SelectBuilder - GROUP BY.
order_by(...: string): SelectBuilder - ORDER BY.
limit(count: integer): SelectBuilder - LIMIT.
offset(count: integer): SelectBuilder - OFFSET.
class InsertBuilder
to_sql(): string?, any - The text and its arguments.
run_with(target: any): Query - For a database or a transaction.
placeholder_format(format: any): InsertBuilder - What stands for an argument.
suffix(sql: string, ...: any): InsertBuilder - SQL behind all else.
into(table: string): InsertBuilder - INTO.
columns(...: string): InsertBuilder - Columns.
options(...: string): InsertBuilder - Words behind INSERT.
prefix(sql: string, ...: any): InsertBuilder - SQL in front of all else.
values(...: any): InsertBuilder - A row.
set_map(values: table): InsertBuilder - A row by its columns.
select(source: SelectBuilder): InsertBuilder - Rows of a query.
class UpdateBuilder
to_sql(): string?, any - The text and its arguments.
run_with(target: any): Query - For a database or a transaction.
placeholder_format(format: any): UpdateBuilder - What stands for an argument.
suffix(sql: string, ...: any): UpdateBuilder - SQL behind all else.
table(table: string): UpdateBuilder - The table.
set(column: string, value: any): UpdateBuilder - SET.
set_map(values: table): UpdateBuilder - Several.
from(table: string): UpdateBuilder - FROM.
from_select(source: SelectBuilder, alias: string): UpdateBuilder - FROM a query.
where(condition: any, ...: any): UpdateBuilder - As of a select.
order_by(...: string): UpdateBuilder - ORDER BY.
limit(count: integer): UpdateBuilder - LIMIT.
offset(count: integer): UpdateBuilder - OFFSET.
class DeleteBuilder
to_sql(): string?, any - The text and its arguments.
run_with(target: any): Query - For a database or a transaction.
placeholder_format(format: any): DeleteBuilder - What stands for an argument.
suffix(sql: string, ...: any): DeleteBuilder - SQL behind all else.
from(table: string): DeleteBuilder - FROM.
where(condition: any, ...: any): DeleteBuilder - As of a select.
order_by(...: string): DeleteBuilder - ORDER BY.
limit(count: integer): DeleteBuilder - LIMIT.
offset(count: integer): DeleteBuilder - OFFSET.
class Query
query(): table[]?, Error? - Rows.
exec(): table?, Error? - { last_insert_id, rows_affected }.
to_sql(): string, table - The text and its arguments.
module store: Keys and values.
get(id: string): Store?, Error? - The store of an entry.
backend.MEMORY = string - What info says.
backend.LMDB = string - What info says.
backend.REDIS = string - What info says.
backend.SQL = string - What info says.
backend.KV_RAFT = string - What info says.
backend.KV_CRDT = string - What info says.
backend.UNKNOWN = string - What info says.
consistency.LOCAL = string - What info says.
consistency.LINEARIZABLE = string - What info says.
consistency.EVENTUAL = string - What info says.
consistency.UNKNOWN = string - What info says.
class Store
get(key: string): any, Error? - A value.
entry(key: string): table?, Error? - { key, value, version }.
set(key: string, value: any, ttl: number?): boolean?, Error? - Writes, for so many seconds.
put(key: string, value: any, options: table?): table?, Error? - { ttl =, only_if_absent =, if_version = }.
has(key: string): boolean?, Error? - Whether it is there.
delete(key: string): boolean?, Error? - Whether it was there.
list(options: table?): table?, Error? - { prefix =, after =, limit = } gives { items, cursor, has_more }.
info(): table?, Error? - What it can.
release(): boolean - No more.
module cloudstorage: Buckets of S3, and of what speaks like it.
get(id: string): Storage?, Error? - The bucket of an entry.
class Storage
list_objects(options: table?): table?, Error? - { prefix =, max_keys =, continuation_token =, include_owner =, include_versions = } gives { objects, is_truncated, next_continuation_token }.
head_object(key: string): table?, Error? - { size, etag, content_type, cache_control, content_disposition, content_encoding, storage_class, version_id, last_modified, metadata, headers }.
download_object(key: string, writer: any, options: table?): boolean?, Error? - Into a file or stream; { range =, if_match =, if_none_match = }.
upload_object(key: string, content: any, options: table?): boolean?, Error? - A text, a file or a stream; { content_type =, cache_control =, content_disposition =, content_encoding =, metadata =, headers =, if_match =, if_none_match =, only_if_absent = }.
delete_objects(keys: string[]): boolean?, Error? - Also those that are not there.
presigned_get_url(key: string, options: table?): string?, Error? - An address to read it with, for { expiration = 3600 } seconds.
presigned_put_url(key: string, options: table?): string?, Error? - An address to write it with; { expiration =, content_type =, content_length = }.
release(): boolean - No more.
module excel: Workbooks of Excel (.xlsx), in the memory of the process; styles and formulas are not kept.
new(): Workbook - One with a sheet, Sheet1.
open(reader: any): Workbook?, Error? - From a file or a stream.
class Workbook
new_sheet(name: string): integer?, Error? - Its number, also of one that is there.
get_sheet_list(): string[]?, Error? - Names.
set_cell_value(sheet: string, cell: string, value: any): Error? - A text, number or boolean; nil empties it.
get_rows(sheet: string): table[]?, Error? - Rows of texts; dates as 2026-01-31.
rows(sheet: string): Rows?, Error? - The same, some at a time.
write_to(writer: any): Error? - Into a file or a stream.
close() - No more.
class Rows
read(most: integer?): table[]?, Error? - The next one, or up to so many; nil behind the last.
close() - No more.
module stream: What streams are made of; other modules open them.
class Stream
read(most: integer?): string?, Error? - The next bytes; nil at the end.
write(data: string): integer?, Error? - Bytes written.
seek(whence: string?, offset: integer?): integer?, Error? - The position from the start.
flush(): boolean?, Error? - Lets what was written leave.
stat(): table?, Error? - { size, position, readable, writable, seekable }.
close(): boolean?, Error? - No more.
scanner(split: string?): Scanner?, Error? - By lines, words, bytes or runes.
class Scanner
scan(): boolean, Error? - Whether there is one more.
text(): string - It.
err(): Error? - Why there is none.
module templates: Templates. template is another name of it.
get(id: string): TemplateSet?, Error? - A set of templates.
class TemplateSet
render(name: string, data: table?): string?, Error? - As text.
release(): boolean - No more.
module fs: Files below a directory that an entry names.
get(id: string): FileSystem?, Error? - The directory of an entry.
type.FILE = string - What stat says.
type.DIR = string - What stat says.
seek.SET = string - From the start.
seek.CUR = string - From here.
seek.END = string - From the end.
class FileSystem
pwd(): string - The working directory.
chdir(path: string): boolean, Error? - Another one.
stat(path: string): table?, Error? - { name, size, mode, modified, is_dir, type }.
exists(path: string): boolean, Error? - Whether something is there.
isdir(path: string): boolean, Error? - Whether it is a directory.
mkdir(path: string): boolean, Error? - Makes one.
remove(path: string): boolean, Error? - A file or an empty directory.
readdir(path: string): function?, Error? - For a generic for: { name, type }.
read_file(path: string): string?, Error? - All of a file.
readfile(path: string): string?, Error? - The same.
write_file(path: string, data: any, mode: string?): boolean, Error? - A text or a stream; "w", "wx" or "a".
writefile(path: string, data: any, mode: string?): boolean, Error? - The same.
open(path: string, mode: string): File?, Error? - "r", "w", "wx" or "a".
class File
read(most: integer?): string?, Error? - The next bytes; NotFound at the end.
write(data: string): boolean, Error? - Writes.
seek(whence: string?, offset: integer?): integer?, Error? - The position from the start.
stat(): table?, Error? - As of FileSystem.
sync(): boolean, Error? - On the disk.
close(): boolean, Error? - No more.
scanner(split: string?): Scanner?, Error? - By lines, words, bytes or runes.
`
