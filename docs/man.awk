# man.awk - the help of one command, as a subsection of the man page: paragraphs as
# they are, examples unfilled, each option and parameter with its text.
function troff(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    sub(/^\./, "\\\\\\&.", text)
    sub(/^'/, "\\\\\\&'", text)
    return text
}
function plain() { if (unfilled) { print ".fi\n.RE"; unfilled = 0 } }
NR == 1 { print ".SS " command; print troff($0) "."; next }
/^$/ { plain(); gap = 1; next }
# An option, or a workload's parameter: what it is, two blanks, what it does.
/^ +(-[a-z], )?--?[a-z]/ || /^    [a-z]+=/ {
    plain()
    line = $0
    sub(/^ +/, "", line)
    at = match(line, /  +/)
    if (!at) at = match(line, / /) # a long parameter leaves one blank
    print ".TP\n.B " troff(substr(line, 1, at - 1))
    rest = substr(line, at); sub(/^ +/, "", rest)
    print troff(rest)
    gap = 0
    next
}
/^  poolbench / {
    if (!unfilled) { print ".PP\n.RS\n.nf"; unfilled = 1 }
    sub(/^ +/, "")
    print troff($0)
    next
}
/^  [a-z]/ && workloads {
    plain()
    line = substr($0, 3)
    at = match(line, / +/) # the longest name leaves one blank
    print ".PP\n.B " troff(substr(line, 1, at - 1)) "\n\\- " troff(substr(line, at + RLENGTH))
    next
}
/^workloads, with/ && command == "sweep" { print ".PP\nWorkloads: those of \\fBrun\\fR."; exit }
/^workloads, with/ { workloads = 1 }
/^ / && unfilled { sub(/^ +/, ""); print troff($0); next }
{ plain(); if (gap) print ".PP"; gap = 0; sub(/^ +/, ""); print troff($0) }
END { plain() }
