#!/bin/sh
# write.sh COMMAND FILE - runs a command (words) that prints a table, and puts the table
# in the place of the one in FILE whose head has the same first two fields; with its
# line "Measured ..." if it has one. Whether it proves what it should or not. KEEP=yes:
# rows of the one there that are not in the new one stay; what makes a row are its first
# two fields. Exit status: the command's, or 1 where FILE has no such table.
command=$1 file=$2
table=$(mktemp) new=$(mktemp "$file.XXXXXX") || exit 1
trap 'rm -f "$table" "$new"' EXIT
timeout "${LIMIT:-1500}" $command >"$table" # words: not quoted
status=$?
cat "$table"
grep -q '^|' "$table" || exit 1
awk -v table="$table" -v keep="$KEEP" '
    function key(line,   field) { split(line, field, "|"); return field[2] "|" field[3] }
    function put(   i) {
        print head; print rule
        for (i = 1; i <= olds; i++) print key(old[i]) in fresh ? fresh[key(old[i])] : old[i]
        for (i = 1; i <= rows; i++) if (!(key(row[i]) in seen)) print row[i]
        if (measured != "") print "\n" measured
    }
    BEGIN {
        while ((getline line < table) > 0)
            if (line ~ /^Measured /) measured = line
            else if (line !~ /^\|/) continue
            else if (head == "") head = line
            else if (rule == "") rule = line
            else { row[++rows] = line; fresh[key(line)] = line }
    }
    !done && /^\|/ && (key($0) == key(head) || inside) {
        if (inside++ > 1 && keep && $0 !~ /^\| not measured yet/) { old[++olds] = $0; seen[key($0)] = 1 }
        next
    }
    inside && !done && $0 == "" { blank = 1; next }
    inside && !done && /^Measured / { blank = 0; if (measured != "") next }
    inside && !done { put(); done = 1; if (blank || $0 !~ /^$/) print "" }
    { print }
    END { if (inside && !done) put(); exit !inside }' "$file" >"$new" || {
    echo "write.sh: $file has no table that begins as this one does; nothing is written" >&2
    exit 1
}
chmod 644 "$new" && mv "$new" "$file"
exit $status
