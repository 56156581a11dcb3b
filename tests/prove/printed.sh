#!/bin/sh
# printed.sh PRINTED PAGE... - puts what a run printed of a kept result into pages, from the result's file
# (tests/prove/printed.c is the program PRINTED that prints it). A page says above a block of code what it shows:
#
#     <!-- results/reference/suite.json -->                all of the table that begins as the block does
#     <!-- results/reference/suite.json, some lines -->    of that table the lines whose first two words are in the block
#
# Paths are from the folder where this runs. CHECK=yes: writes nothing. Exit status: 0; 1 where something differs
# (CHECK=yes), or a result has no such table or line: that page stays as it is; 2 a result or page cannot be read.
printed=$1
shift
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
status=0
for page; do
    [ -r "$page" ] || { echo "printed.sh: no $page" >&2; exit 2; }
    results=$(sed -n 's/^<!-- \(results\/[^ ,]*\.json\)\(, some lines\)\{0,1\} -->$/\1/p' "$page" | sort -u)
    for result in $results; do
        text=$folder/$(echo "$result" | tr / _)
        [ -f "$text" ] || COLUMNS='' "$printed" "$result" >"$text" || exit 2
    done
    if ! awk -v folder="$folder" '
        function key(line,   words) {
            split(line, words, " ")
            return words[1] " " words[2]
        }
        function wrong(why) {
            print "printed.sh: " FILENAME ": " why | "cat >&2"
            failed = 1
        }
        # The table that begins with that line: its head, and what stands below it, each up to an empty line.
        function read_table(file, first,   line, inside, gaps) {
            rows = gaps = inside = 0
            while ((getline line < file) > 0) {
                inside = inside || line == first
                if (inside && line == "" && (++gaps == 2 || !rows)) break
                if (inside) row[++rows] = line
            }
            close(file)
            while (rows && row[rows] == "") rows--
            return rows
        }
        # A line that begins with blanks belongs to the one above it.
        function put_line(wanted,   i, words) {
            for (i = 1; i <= rows && !(row[i] !~ /^ / && key(row[i]) == key(wanted)); i++) continue
            if (i > rows && key(wanted) ~ /:$/) { # a sentence, of another pool now
                split(wanted, words, " ")
                for (i = 1; i <= rows && !(key(row[i]) ~ /:$/ && index(row[i], words[1] " ") == 1); i++) continue
            }
            if (i > rows) { wrong(source " has no line \"" wanted "\""); return }
            print "    " row[i]
            while (++i <= rows && row[i] ~ /^ /) print "    " row[i]
        }
        function put_block(   file, i) {
            file = source
            gsub("/", "_", file)
            if (!read_table(folder "/" file, block[1])) {
                wrong(source " has no table \"" block[1] "\"")
            } else if (some) {
                for (i = 1; i <= blocks; i++)
                    if (block[i] == "") print ""
                    else if (block[i] !~ /^ /) put_line(block[i])
            } else {
                for (i = 1; i <= rows; i++) print row[i] == "" ? "" : "    " row[i]
            }
            for (i = 0; i < ends; i++) print ""
            blocks = ends = 0
            source = ""
        }
        source != "" && /^    / {
            while (ends > 0) { block[++blocks] = ""; ends-- }
            block[++blocks] = substr($0, 5)
            next
        }
        source != "" && blocks && $0 == "" { ends++; next }
        source != "" && blocks { put_block() }
        /^<!-- results\/[^ ,]*\.json(, some lines)? -->$/ {
            source = $2
            some = sub(/,$/, "", source)
        }
        { print }
        END {
            if (source != "" && blocks) put_block()
            exit failed
        }' "$page" >"$folder/page"; then
        status=1
    elif [ "$CHECK" = yes ]; then
        diff "$page" "$folder/page" || { echo "printed.sh: $page is not what the results say (make reference-tables)" >&2; status=1; }
    else
        cmp -s "$page" "$folder/page" || cp "$folder/page" "$page" || exit 2
    fi
done
exit $status
