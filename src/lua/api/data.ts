// The Lua API of data: encodings, hashes, databases, stores, streams. One line each: name(parameter: type, …): what it returns - what it does.

export const data = `
module json: JSON.
encode(value: any): string?, Error? - A value as JSON.
decode(text: string): any, Error? - The value of JSON.
validate(schema: any, value: any): boolean, Error? - Whether a value meets a JSON schema.
validate_string(schema: any, text: string): boolean, Error? - The same for JSON.
module yaml: YAML.
encode(value: any, options: table?): string?, Error? - A table as YAML; { field_order =, sort_unordered = }.
decode(text: string): any, Error? - The value of YAML.
module base64: Base64, the standard alphabet.
encode(bytes: string): string?, Error? - As text.
decode(text: string): string?, Error? - Back.
module compress: Compression.
gzip.encode(data: string, options: table?): string?, Error? - { level = 1 to 9 }.
gzip.decode(data: string, options: table?): string?, Error? - { max_size = 16 MiB }: more is an error.
deflate.encode(data: string, options: table?): string?, Error? - { level = 1 to 9 }.
deflate.decode(data: string, options: table?): string?, Error? - { max_size = 16 MiB }: more is an error.
zlib.encode(data: string, options: table?): string?, Error? - { level = 1 to 9 }.
zlib.decode(data: string, options: table?): string?, Error? - { max_size = 16 MiB }: more is an error.
brotli.encode(data: string, options: table?): string?, Error? - { level = 0 to 11 }.
brotli.decode(data: string, options: table?): string?, Error? - { max_size = 16 MiB }: more is an error.
zstd.encode(data: string, options: table?): string?, Error? - { level = 1 to 22, dict = a dictionary }.
zstd.decode(data: string, options: table?): string?, Error? - { max_size = 16 MiB, dict = that it was encoded with }: more is an error.
zstd.train_dict(samples: string[], options: table?): string?, Error? - What short texts of one kind have in common; { size = 112 KiB, id = }.
zstd.inspect_dict(dict: string): table?, Error? - { id, content_size }.
module expr: Expressions, as those of policies.
eval(source: string, names: table?): any, Error? - What it comes to.
compile(source: string, names: table?): Program?, Error? - To be run more than once.
class Program
run(names: table?): any, Error? - What it comes to.
module text: Regular expressions, differences, texts in pieces; computed in a thread beside the node's.
regexp.compile(pattern: string): Regexp?, Error? - A regular expression in the syntax of RE2, whose time is linear in the text.
diff.new(options: table?): Differ - { diff_timeout = 1, diff_edit_cost = 4, match_threshold = 0.5, match_distance = 1000, patch_delete_threshold = 0.5, patch_margin = 4 }.
splitter.recursive(options: table?): Splitter - { chunk_size = 4000, chunk_overlap = 200, keep_separator = false, separators = }.
splitter.markdown(options: table?): Splitter - { chunk_size, chunk_overlap, code_blocks, reference_links, heading_hierarchy, join_table_rows }.
class Regexp
match_string(text: string): boolean?, Error? - Whether it matches anywhere.
find_string(text: string): string?, Error? - The first match.
find_all_string(text: string): table?, Error? - All matches.
find_string_submatch(text: string): table?, Error? - The first match and its groups.
find_all_string_submatch(text: string): table?, Error? - All of them.
find_string_index(text: string): table?, Error? - { start, end } of the first match, as string.sub takes them.
find_all_string_index(text: string): table?, Error? - All of them.
replace_all_string(text: string, replacement: string): string?, Error? - $1 stands for a group, $name for one with a name.
split(text: string, most: integer?): table?, Error? - What lies between the matches.
num_subexp(): integer - How many groups there are.
subexp_names(): table - Their names; the first is that of the whole.
string(): string - The pattern.
class Differ
compare(before: string, after: string): table?, Error? - { { operation = "equal", "delete" or "insert", text = }, … }.
summarize(differences: table): table - { insertions =, deletions =, equals = } in bytes.
pretty_text(differences: table): string - For a terminal.
pretty_html(differences: table): string - For a page.
patch_make(before: string, after: string): table?, Error? - { { text = }, … }.
patch_apply(patches: table, text: string): string?, boolean - The text, and whether all could be applied.
class Splitter
split_text(text: string): table?, Error? - In pieces.
split_batch(pages: table): table?, Error? - { content =, metadata = } of pages, in pieces.
module html: HTML of strangers, cleaned by a policy.
sanitize.new_policy(): Policy - One that allows nothing.
sanitize.ugc_policy(): Policy - One for what users write.
sanitize.strict_policy(): Policy - One that leaves text only.
class Policy
allow_elements(...: string): Policy - Elements.
allow_attrs(...: string): AttrBuilder - Attributes; it says of which elements.
allow_standard_urls(): Policy - Addresses of http, https and mailto, and relative ones; links get rel="nofollow".
require_parseable_urls(require: boolean): Policy - Others are never let through.
allow_relative_urls(allow: boolean): Policy - Addresses without a scheme.
allow_url_schemes(...: string): Policy - Addresses of these schemes only.
require_nofollow_on_links(require: boolean): Policy - rel="nofollow".
require_noreferrer_on_links(require: boolean): Policy - rel="noreferrer".
add_target_blank_to_fully_qualified_links(add: boolean): Policy - target="_blank" for links to elsewhere.
allow_data_uri_images(): Policy - Images as data: addresses.
allow_standard_attributes(): Policy - dir, lang, id and title.
allow_images(): Policy - img.
allow_lists(): Policy - Lists.
allow_tables(): Policy - Tables.
sanitize(html: string): string?, Error? - What of it the policy allows.
class AttrBuilder
on_elements(...: string): Policy - Of these elements.
globally(): Policy - Of all.
matching(pattern: string): AttrBuilder?, Error? - Only with values that match.
module hash: Checksums, as hexadecimal text or, with raw, as bytes.
md5(data: string, raw: boolean?): string?, Error? - MD5.
sha1(data: string, raw: boolean?): string?, Error? - SHA-1.
sha256(data: string, raw: boolean?): string?, Error? - SHA-256.
sha512(data: string, raw: boolean?): string?, Error? - SHA-512.
hmac_md5(data: string, secret: string, raw: boolean?): string?, Error? - HMAC with MD5.
hmac_sha1(data: string, secret: string, raw: boolean?): string?, Error? - HMAC with SHA-1.
hmac_sha256(data: string, secret: string, raw: boolean?): string?, Error? - HMAC with SHA-256.
hmac_sha512(data: string, secret: string, raw: boolean?): string?, Error? - HMAC with SHA-512.
fnv32(data: string): integer - FNV-1a, 32 bits.
fnv64(data: string): integer - FNV-1a, 64 bits.
module crypto: Random bytes, encryption, tokens.
random.bytes(length: integer): string?, Error? - Bytes nobody can guess.
random.string(length: integer, charset: string?): string?, Error? - Letters nobody can guess.
random.uuid(): string?, Error? - A random uuid.
hmac.sha256(key: string, data: string): string?, Error? - As hexadecimal text.
hmac.sha512(key: string, data: string): string?, Error? - As hexadecimal text.
encrypt.aes(data: string, key: string, additional: string?): string?, Error? - AES-GCM; key of 16, 24 or 32 bytes.
encrypt.chacha20(data: string, key: string, additional: string?): string?, Error? - ChaCha20-Poly1305; key of 32 bytes.
decrypt.aes(data: string, key: string, additional: string?): string?, Error? - Back.
decrypt.chacha20(data: string, key: string, additional: string?): string?, Error? - Back.
jwt.encode(claims: table, key: string, algorithm: string?): string?, Error? - A token.
jwt.verify(token: string, key: string, algorithm: string?, expires: boolean?): table?, Error? - The claims of a token that is valid.
pbkdf2(password: string, salt: string, iterations: integer, length: integer, hash: string?): string?, Error? - A key of a password.
constant_time_compare(a: string, b: string): boolean - Whether they are equal, in a time that does not tell where they differ.
module uuid: Uuids.
v1(): string?, Error? - Of time and node.
v3(namespace: string, name: string): string?, Error? - Of a name, MD5.
v4(): string?, Error? - Random.
v5(namespace: string, name: string): string?, Error? - Of a name, SHA-1.
v7(): string?, Error? - Of time, sortable.
validate(value: any): boolean - Whether it is one.
version(uuid: string): integer?, Error? - Which version it is.
variant(uuid: string): string?, Error? - Which variant it is.
parse(uuid: string): table?, Error? - { version, variant, timestamp, node }.
format(uuid: string, format: string?): string?, Error? - "standard", "simple" or "urn".
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
