# Which known bugs does each pool have, and would we see them? Pools across,
# bugs down; in each cell the time in which the armed bug was caught.
# matrix.tsv: x, y, pool, fault, ms; -1 a cell did not pass, -2 not supported,
# -3 holds (nothing to arm), -4 it did not show itself. Also: height, x2tics and ytics, x_count, y_count.
load style
set lmargin at screen 0.17
set rmargin at screen 0.975
set tmargin at screen down(142)
set bmargin at screen up(57)
set xrange [-0.5 : x_count - 0.5]
set x2range [-0.5 : x_count - 0.5]
set yrange [y_count - 0.5 : -0.5]
unset grid
set border 0
set tics scale 0
unset xtics
set x2tics noenhanced font ",13"
set ytics noenhanced font ",12"
fill(ms) = ms == -1 ? 0xC0392B : ms == -2 ? 0xF4F6F8 : ms == -4 ? 0xFFF4D6 : 0xDCEFE6
text(ms) = ms == -1 ? "not passed" : ms == -2 ? "not supported" : ms == -3 ? "holds" : ms == -4 ? "not seen" : sprintf("%.1f ms", ms)
ink_of(ms) = ms == -1 ? 0xFFFFFF : ms == -2 ? 0x9AA5B1 : 0x1F2933
plot data."/matrix.tsv" every ::1 using 1:2:(0.485):(0.46):(fill($5)) with boxxyerrorbars fillstyle solid noborder \
         linecolor rgb variable notitle, \
     data."/matrix.tsv" every ::1 using 1:2:(text($5)):(ink_of($5)) with labels center font ",11" textcolor rgb variable
