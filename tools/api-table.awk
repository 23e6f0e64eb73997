# SPDX-License-Identifier: LGPL-2.1-or-later
# api-table.awk: tools/api-table's work: from docs/api.txt and the facts (KIND GROUP KEY) the page, or what is wrong.

BEGIN { rows = prose_lines = 0 }

function problem(text) { if (mode == "problems") print text }

# The line of docs/api.txt for a key: its own, or that of the longest pattern that matches.
function line_of(key,    p, best) {
    if (key in status)
        return key
    best = ""
    for (p in pattern)
        if (key ~ pattern[p] && length(p) > length(best))
            best = p
    return best
}

function check_tests(line,    i, n, list) {
    n = split(tests[line], list, ",")
    for (i = 1; i <= n; i++)
        if (!(list[i] in test))
            problem(line ": no test " list[i])
}

function check_line(line) {
    if (status[line] !~ /^(works|stored|refused|later:[A-Za-z0-9\/-]+)$/)
        problem(line ": what is " status[line] "?")
    if (status[line] == "refused" && note[line] !~ /ERROR_[A-Z]|FALSE|never/)
        problem(line ": refused with which error?")
    if (status[line] == "works" && tests[line] == "suite:abi" && note[line] == "")
        problem(line ": works, and what shows it?")
    if (!(line in used))
        problem(line ": nothing has this name")
    check_tests(line)
}

# What the code knows about itself. Of flags and properties it says only what isn't there.
function check_code(key, line, kind) {
    if (key in unbuilt && status[line] !~ /^(refused|later)/)
        problem(key ": " status[line] ", but the code refuses it")
    if (kind == "function" && !(key in unbuilt) && status[line] ~ /^(refused|later)/)
        problem(key ": " status[line] ", but the code has it")
}

function words(s) { sub(/^stored$/, "stored only", s); sub(/:/, ": ", s); gsub(/-/, " ", s); return s }

function section(kind, title,    i, line, tests_of) {
    printf "\n## %s\n\n| name | state | test | |\n| --- | --- | --- | --- |\n", title
    for (i = 0; i < rows; i++) {
        if (row_kind[i] != kind)
            continue
        line = row_line[i]
        tests_of = tests[line]
        gsub(/,/, ", ", tests_of)
        printf "| %s | %s | %s | %s |\n", row_key[i], words(status[line]), tests_of, note[line]
    }
}

function page(    i, s, n) {
    for (i = 0; i < prose_lines; i++)
        print prose[i]
    for (i = 0; i < rows; i++) {
        s = status[row_line[i]]
        sub(/:.*/, "", s)
        n[s]++
    }
    printf "\nOf %d items %d work, %d are stored only, %d are refused, %d come later.\n", \
        rows, n["works"], n["stored"], n["refused"], n["later"]
    section("function", "Functions")
    section("constant", "Flags and other constants")
    section("enumerator", "Enumerations")
    section("member", "Structures")
}

# --- docs/api.txt: prose for the page after "> ", comments, and KEY STATUS TEST[,TEST...] NOTE

FNR == NR && /^> / { prose[prose_lines++] = substr($0, 3); next }
FNR == NR && /^>$/ { prose[prose_lines++] = ""; next }
FNR == NR && (/^#/ || NF == 0) { next }
FNR == NR {
    if ($1 in status)
        problem($1 ": two lines")
    if (NF < 3)
        problem($1 ": KEY STATUS TEST NOTE")
    status[$1] = $2
    tests[$1] = $3
    text = $0
    sub(/^[^ ]+ +[^ ]+ +[^ ]+ */, "", text)
    note[$1] = text
    if (index($1, "*")) {
        expression = $1
        gsub(/\./, "\\.", expression)
        gsub(/\*/, ".*", expression)
        pattern[$1] = "^" expression "$"
    }
    next
}

# --- the facts

$1 == "test" { test[$3] = 1; next }
$1 == "unbuilt" { unbuilt[$3] = 1; next }
{ row_kind[rows] = $1; row_key[rows] = $3; rows++ }

END {
    for (i = 0; i < rows; i++) {
        row_line[i] = line = line_of(row_key[i])
        if (line == "")
            problem(row_key[i] ": no line")
        else
            check_code(row_key[i], line, row_kind[i])
        used[line] = 1
    }
    for (line in status)
        check_line(line)
    if (mode == "page")
        page()
}
