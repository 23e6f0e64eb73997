# SPDX-License-Identifier: LGPL-2.1-or-later
# table.awk: the table of bench/run, from lines "ROW CONNECTIONS RATE". Variables: rows and connections, in order.

{
    rates[$1, $2, ++count[$1, $2]] = $3
}

function median(row, n,    i, j, rate, sorted, last) {
    last = count[row, n]
    for (i = 1; i <= last; i++) {
        rate = rates[row, n, i]
        for (j = i; j > 1 && sorted[j - 1] > rate; j--)
            sorted[j] = sorted[j - 1]
        sorted[j] = rate
    }
    return (sorted[int((last + 1) / 2)] + sorted[int(last / 2) + 1]) / 2
}

# "-" where the other wasn't measured, or is the row itself.
function ratio(row, other, n,    quotient) {
    if (row == other || !count[other, n] || !median(other, n))
        return "-"
    quotient = median(row, n) / median(other, n)
    return sprintf(quotient < 0.1 ? "%.3f" : "%.2f", quotient)
}

function cell(row, n,    wines) {
    wines = row
    sub(/:.*/, ":wine", wines)
    printf " |%9.0f %7s %7s", median(row, n), ratio(row, "nginx", n), ratio(row, wines, n)
}

END {
    lines = split(rows, names)
    columns = split(connections, numbers)
    printf "%-20s", "connections"
    for (c = 1; c <= columns; c++)
        printf " |%9s %7s %7s", numbers[c], "nginx", "Wine's"
    printf "\n"
    for (l = 1; l <= lines; l++) {
        printf "%-20s", names[l]
        for (c = 1; c <= columns; c++)
            cell(names[l], numbers[c])
        printf "\n"
    }
}
