// Lua's own library, as far as Wippy has it, in the form of the API's tables.

export const standard = `
global base
assert(value: any, message: any?, ...: any): any, ...any
error(message: any?, level: integer?)
getmetatable(value: any): any
ipairs(list: any): function, any, integer
next(values: table, key: any?): any, any
pairs(values: any): function, any, any
pcall(fn: any, ...: any): boolean, ...any
print(...: any)
rawequal(a: any, b: any): boolean
rawget(values: table, key: any): any
rawset(values: table, key: any, value: any): table
require(name: string): any
select(n: any, ...: any): ...any
setmetatable(values: table, meta: table?): any
tonumber(value: any, base: integer?): number?
tostring(value: any): string
type(value: any): string
unpack(list: table, from: integer?, to: integer?): ...any
xpcall(fn: any, handler: any, ...: any): boolean, ...any
subscribe(topic: string, channel: any): any, ...any
unsubscribe(channel: any): any, ...any
global string
byte(text: text, from: integer?, to: integer?): integer?, ...integer
char(...: integer): string
find(text: text, pattern: string, from: integer?, plain: boolean?): integer?, integer?, ...any
format(format: string, ...: any): string
gmatch(text: text, pattern: string, from: integer?): function
gsub(text: text, pattern: string, replacement: any, most: integer?): string, integer
len(text: text): integer
lower(text: text): string
match(text: text, pattern: string, from: integer?): any, ...any
pack(format: string, ...: any): string
packsize(format: string): integer
rep(text: text, n: integer, between: string?): string
reverse(text: text): string
sub(text: text, from: integer, to: integer?): string
unpack(format: string, text: text, from: integer?): ...any
upper(text: text): string
global table
concat(list: table, between: string?, from: integer?, to: integer?): string
create(n: integer?, m: integer?): any
freeze(values: any): any
isfrozen(values: any): boolean
insert(list: table, at: any, value: any)
move(list: table, from: integer, to: integer, at: integer, other: table?): any
pack(...: any): any
remove(list: table, at: integer?): any
sort(list: table, less: any?)
unpack(list: table, from: integer?, to: integer?): ...any
global math
abs(x: number): number
acos(x: number): number
asin(x: number): number
atan(y: number, x: number?): number
atan2(y: number, x: number): number
ceil(x: number): integer
cos(x: number): number
cosh(x: number): number
deg(x: number): number
exp(x: number): number
floor(x: number): integer
fmod(x: number, y: number): number
huge = number
ldexp(m: number, e: integer): number
log(x: number, base: number?): number
log10(x: number): number
max(x: number, ...: number): number
maxinteger = integer
min(x: number, ...: number): number
mininteger = integer
modf(x: number): number, number
pi = number
pow(x: number, y: number): number
rad(x: number): number
random(m: integer?, n: integer?): number
randomseed(...: any): ...any
sin(x: number): number
sinh(x: number): number
sqrt(x: number): number
tan(x: number): number
tanh(x: number): number
tointeger(x: any): integer?
type(x: any): string?
ult(m: integer, n: integer): boolean
`
