# SPDX-License-Identifier: LGPL-2.1-or-later
# table.awk: the table of a benchmark, from lines "ROW COLUMN VALUE". Variables: rows and columns, in order; comparisons:
# yes for each cell also as multiples; medians: a file for them.

{
    values[$1, $2, ++count[$1, $2]] = $3
}

function median(row, column,    i, j, value, sorted, last) {
    last = count[row, column]
    for (i = 1; i <= last; i++) {
        value = values[row, column, i]
        for (j = i; j > 1 && sorted[j - 1] > value; j--)
            sorted[j] = sorted[j - 1]
        sorted[j] = value
    }
    return (sorted[int((last + 1) / 2)] + sorted[int(last / 2) + 1]) / 2
}

# Three digits at least.
function number(value) {
    return sprintf(value < 0.1 ? "%.3f" : value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value)
}

# "-" where the other wasn't measured, or is the row itself.
function ratio(row, other, column) {
    if (row == other || !count[other, column] || !median(other, column))
        return "-"
    return number(median(row, column) / median(other, column))
}

function cell(row, column,    wines) {
    wines = row
    sub(/:.*/, ":wine", wines)
    printf " |%8s", count[row, column] ? number(median(row, column)) : "-"
    if (comparisons == "yes")
        printf " %6s %6s", ratio(row, "nginx", column), ratio(row, wines, column)
    if (count[row, column])
        print row, column, median(row, column) >>medians
}

END {
    lines = split(rows, names)
    last = split(columns, heads)
    printf "%-17s", ""
    for (c = 1; c <= last; c++)
        printf " |%8s" (comparisons == "yes" ? "  nginx Wine's" : ""), heads[c]
    printf "\n"
    for (l = 1; l <= lines; l++) {
        printf "%-17s", names[l]
        for (c = 1; c <= last; c++)
            cell(names[l], heads[c])
        printf "\n"
    }
}
