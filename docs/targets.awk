# targets.awk - what `make help` prints of lines "target|what it does": those of the list `first` in
# front, the others below, none wider than a terminal of 80 columns.
function show(name,    words, count, i, line) {
    count = split(does[name], words, " ")
    line = sprintf("make %-18s", name)
    for (i = 1; i <= count; i++) {
        if (length(line) + 1 + length(words[i]) > 80) {
            print line
            line = sprintf("%23s", "")
        }
        line = line " " words[i]
    }
    print line
    delete does[name]
}
{ at = index($0, "|"); names[NR] = substr($0, 1, at - 1); does[names[NR]] = substr($0, at + 1) }
END {
    for (i = 1; i <= split(first, begin, " "); i++)
        if (begin[i] in does)
            show(begin[i])
    print ""
    for (i = 1; i <= NR; i++)
        if (names[i] in does)
            show(names[i])
}
