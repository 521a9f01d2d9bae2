// The Lua API of `treesitter`. One line each, as in data.ts.

export const syntax = `
module treesitter: Source code as trees, and patterns in them. Needs web-tree-sitter, and packages with grammars, beside the app.
supported_languages(): table?, Error? - { name = true } of those whose grammars are installed.
language(name: string): Language?, Error? - A language, by any of its names.
parse(language: string, code: string): SyntaxTree?, Error? - Code as a tree; at most 512 KiB, and 200,000 nodes.
parser(): Parser - To be set up, and used more than once.
query(language: string, pattern: string): SyntaxQuery?, Error? - A pattern to look for: S-expressions, with predicates.
class Parser
set_language(name: string): boolean, Error? - Before anything is parsed.
get_language(): string?, Error? - What it is called.
parse(code: string, before: SyntaxTree?): SyntaxTree?, Error? - Code as a tree.
set_timeout(timeout: any) - A duration, or nanoseconds.
set_ranges(ranges: table): boolean, Error? - Parts to look at: { start_byte, end_byte, start_row, start_col, end_row, end_col } each.
reset() - Nothing has to be forgotten.
close() - No more.
class SyntaxTree
root_node(): SyntaxNode - All of it.
root_node_with_offset(bytes: integer, point: table): SyntaxNode - The same, further on.
language(): Language - Its language.
copy(): SyntaxTree - Another one, edited apart.
walk(): SyntaxCursor - To go from node to node.
edit(edit: table): boolean, Error? - Moves its nodes as the text was: { start_byte, old_end_byte, new_end_byte, start_row, start_column, … }.
changed_ranges(other: SyntaxTree): table?, Error? - Where the tree of the edited text differs.
included_ranges(): table - What was looked at.
dot_graph(): string - For Graphviz.
close() - No more.
class SyntaxNode
parent(): SyntaxNode? - What it is in.
child(index: integer): SyntaxNode? - What is in it; 0 is the first.
child_count(): integer - How many that are.
named_child(index: integer): SyntaxNode? - Of those with a name.
named_child_count(): integer - How many those are.
next_sibling(): SyntaxNode? - The one behind it.
prev_sibling(): SyntaxNode? - The one before it.
next_named_sibling(): SyntaxNode? - The next with a name.
prev_named_sibling(): SyntaxNode? - The one before with a name.
named_descendant_for_point_range(from: table, to: table): SyntaxNode? - The smallest with a name that covers both.
descendant_count(): integer - Nodes in it, and itself.
child_by_field_name(name: string): SyntaxNode? - The one that is this field.
field_name_for_child(index: integer): string? - Which field one is.
kind(): string - Its kind.
type(): string - The same.
grammar_name(): string - Its kind as the grammar has it.
is_named(): boolean - Whether the grammar has a name for it.
is_extra(): boolean - Whether it may stand anywhere: a comment.
is_missing(): boolean - Whether it was made up.
is_error(): boolean - Whether it is what could not be read.
has_error(): boolean - Whether anything in it is.
start_byte(): integer - Where it begins, from 0.
end_byte(): integer - Behind its last byte.
start_point(): table - { row, column } from 0; columns are bytes.
end_point(): table - The same of its end.
text(code: string?): string?, Error? - What it covers.
to_sexp(): string?, Error? - As an S-expression.
class SyntaxCursor
current_node(): SyntaxNode - Where it is.
current_field_id(): integer - Which field that is; 0 for none.
current_field_name(): string? - The name of it.
current_depth(): integer - How far below where it began.
current_descendant_index(): integer - The number of the node, in the order in which nodes begin.
goto_parent(): boolean - Whether there was one.
goto_first_child(): boolean - Whether there was one.
goto_last_child(): boolean - Whether there was one.
goto_next_sibling(): boolean - Whether there was one.
goto_previous_sibling(): boolean - Whether there was one.
goto_descendant(index: integer) - The node of that number.
goto_first_child_for_byte(byte: integer): integer? - The first that ends behind it; its index.
goto_first_child_for_point(point: table): integer? - The same by a point.
reset(node: SyntaxNode) - Begins anew with a node.
reset_to(cursor: SyntaxCursor) - Where another one is.
copy(): SyntaxCursor - Another one.
close() - No more.
class SyntaxQuery
captures(node: SyntaxNode, code: string): table?, Error? - { { node, name, index, text }, … } in the order of the code.
matches(node: SyntaxNode, code: string): table?, Error? - { { id, pattern, captures }, … }.
set_byte_range(from: integer, to: integer) - Only there.
set_point_range(from: table, to: table) - Only there.
set_match_limit(limit: integer) - Matches that are under way at once.
get_match_limit(): integer - How many.
did_exceed_match_limit(): boolean - Whether the last search left some out.
set_max_start_depth(depth: integer) - How deep matches may begin.
set_timeout(timeout: any) - A duration, or nanoseconds; then what was found so far is the result.
get_timeout(): integer - Nanoseconds.
disable_pattern(pattern: integer) - Without that one.
disable_capture(name: string) - Without that one.
pattern_count(): integer - How many patterns.
capture_count(): integer - How many names.
string_count(): integer - Always 0.
capture_name_for_id(id: integer): string? - A name.
capture_index_for_name(name: string): integer? - Its number.
capture_quantifier(pattern: integer, capture: integer): integer? - 0 none, 1 at most one, 2 any, 3 one, 4 some.
start_byte_for_pattern(pattern: integer): integer?, Error? - Where it stands.
end_byte_for_pattern(pattern: integer): integer?, Error? - Where it ends.
is_pattern_rooted(pattern: integer): boolean?, Error? - Whether it begins with one node.
is_pattern_non_local(pattern: integer): boolean?, Error? - Whether it may match in repetitions.
is_pattern_guaranteed(byte: integer): boolean?, Error? - Whether it matches for sure from there.
get_text_predicates(pattern: integer): table?, Error? - { { type, value, capture_id, positive, match_all_nodes }, … }.
get_property_predicates(pattern: integer): table?, Error? - { { key, value, positive }, … }.
get_property_settings(pattern: integer): table?, Error? - { { key, value }, … }.
close() - No more.
class Language
version(): integer - Of its grammar's form.
node_kind_count(): integer - Kinds.
node_kind_for_id(id: integer): string - A kind.
node_kind_is_named(id: integer): boolean - Whether it has a name.
id_for_node_kind(kind: string, named: boolean): integer - Its number, or 0.
field_count(): integer - Fields.
field_name_for_id(id: integer): string - A field.
field_id_for_name(name: string): integer - Its number, or 0.
parse_state_count(): integer - States of its parser.
`
