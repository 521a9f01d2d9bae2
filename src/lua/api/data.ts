// The Lua API of data: encodings, texts, hashes, expressions. One line each: name(parameter: type, …): what it returns - what it does.

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
`
