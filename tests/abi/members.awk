# SPDX-License-Identifier: LGPL-2.1-or-later
# members.awk: from the preprocessed http.h, prints "STRUCTURE MEMBER" for each member of the API's
# structures; of a structure inside a structure both its members and its own name.

/^typedef struct _HTTP/ { inside = 1; count = 0; depth = 0 }

inside {
    line = $0
    opened = gsub(/{/, "{", line)
    closed = gsub(/}/, "}", line)
    depth += opened - closed
    n = split($0, parts, ";")
    for (i = 1; i < n; i++) {
        name = parts[i]
        sub(/ : [0-9]+$/, "", name)
        sub(/\[.*$/, "", name)
        sub(/^.*[ *}]/, "", name)
        if (name != "" && !(depth == 0 && closed))
            member[count++] = name
    }
    if (depth == 0 && closed) {
        structure = $0
        sub(/^.*} */, "", structure)
        sub(/[,;].*$/, "", structure)
        if (!count)
            print structure
        for (i = 0; i < count; i++)
            print structure, member[i]
        inside = 0
    }
}
