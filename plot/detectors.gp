# In how many of 20 runs does each known bug show, by itself and under each
# detector? Detectors across, bugs down. detectors.tsv: bug, version, detector,
# shown, runs, ... Also: bugs (names, by space).
load style
set lmargin at screen 0.17
set rmargin at screen 0.975
set tmargin at screen 0.79
set bmargin at screen 0.085
detectors = "plain tsan asan helgrind drd check"
heads = "\"by itself\" TSan \"ASan, UBSan\" helgrind DRD \"poolbench check\""
index_of(word, list) = sum [i = 1 : words(list)] (word(list, i) eq word ? i - 1 : 0)
set xrange [-0.5 : words(detectors) - 0.5]
set x2range [-0.5 : words(detectors) - 0.5]
set yrange [words(bugs) - 0.5 : -0.5]
unset grid
set border 0
set tics scale 0
unset xtics
set x2tics font ",13"
set ytics font ",12"
do for [i = 1 : words(detectors)] { set x2tics add (word(heads, i) i - 1) }
do for [i = 1 : words(bugs)] { set ytics add (word(bugs, i) i - 1) }
# From white (never) to the colour of a bug that always shows.
fill(share) = int(0xF4 + (0x00 - 0xF4) * share) * 65536 + int(0xF6 + (0x72 - 0xF6) * share) * 256 + int(0xF8 + (0xB2 - 0xF8) * share)
ink_of(share) = share > 0.45 ? 0xFFFFFF : 0x1F2933
wrong(version) = version eq "wrong" ? 1 : NaN
plot data."/detectors.tsv" every ::1 using (index_of(strcol(3), detectors) * wrong(strcol(2))):(index_of(strcol(1), bugs)):(0.485):(0.46):(fill($4 / $5)) \
         with boxxyerrorbars fillstyle solid noborder linecolor rgb variable notitle, \
     data."/detectors.tsv" every ::1 using (index_of(strcol(3), detectors) * wrong(strcol(2))):(index_of(strcol(1), bugs)):(sprintf("%d", $4)):(ink_of($4 / $5)) \
         with labels center font ",12" textcolor rgb variable
