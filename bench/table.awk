# SPDX-License-Identifier: LGPL-2.1-or-later
# table.awk: the table of a benchmark, from lines "ROW COLUMN VALUE". Variables: rows and columns, in order; comparisons:
# what a cell is also shown as a multiple of; medians: a file for the bare values.

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

# "-" where the other wasn't measured, or is the row itself. Wine's is that of the same sample.
function ratio(row, other, column) {
    if (other == "wine") {
        other = row
        sub(/:.*/, ":wine", other)
    }
    if (row == other || !count[other, column] || !median(other, column))
        return "-"
    return number(median(row, column) / median(other, column))
}

function cell(row, column,    o) {
    printf " |%8s", count[row, column] ? number(median(row, column)) : "-"
    for (o = 1; o <= last_other; o++)
        printf " %6s", ratio(row, others[o], column)
    if (count[row, column])
        print row, column, median(row, column) >>medians
}

function head(column,    o) {
    printf " |%8s", column
    for (o = 1; o <= last_other; o++)
        printf " %6s", others[o]
}

END {
    last_row = split(rows, names)
    last_column = split(columns, heads)
    last_other = split(comparisons, others)
    printf "%-17s", ""
    for (c = 1; c <= last_column; c++)
        head(heads[c])
    printf "\n"
    for (r = 1; r <= last_row; r++) {
        printf "%-17s", names[r]
        for (c = 1; c <= last_column; c++)
            cell(names[r], heads[c])
        printf "\n"
    }
}
