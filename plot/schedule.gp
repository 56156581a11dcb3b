# Which order of threads makes a pool fail? A lane for each thread, steps from left to
# right: a bar where it runs; what callers did is written at the lane.
# schedule.tsv: from, to, lane; schedule-notes.tsv: x, lane, what. Also: ytics, steps, lanes.
load style
set lmargin at screen 0.11
set rmargin at screen 0.965
set tmargin at screen 0.82
set bmargin at screen 0.1
set xrange [0 : steps + 1]
set yrange [lanes - 0.4 : -0.6]
unset grid
set border 1 linecolor rgb "#9AA5B1"
set xtics nomirror font ",11" scale 0.4
set ytics scale 0 font ",12"
lane_ink(lane) = word("0x0072B2 0xD55E00 0x009E73 0xCC79A7 0x7B3294 0xB8860B 0x0F8B8D 0x777777 0x56B4E9 0xC0392B 0x1F2933 0xE69F00", int(lane) + 1) + 0
# Words of one lane stand by turns a little higher, so that neighbours do not cover each other.
plot data."/schedule.tsv" every ::1 using (($1 + $2) / 2.):3:(($2 - $1) / 2.):(0.14):(lane_ink($3)) with boxxyerrorbars \
         fillstyle solid noborder linecolor rgb variable notitle, \
     data."/schedule-notes.tsv" every ::1 using 1:2:(0) with points pointtype 7 pointsize 0.4 linecolor rgb "#1F2933" notitle, \
     data."/schedule-notes.tsv" every ::1 using 1:($2 - 0.2):3 with labels left rotate by 35 font ",9" \
         textcolor rgb "#1F2933" notitle
