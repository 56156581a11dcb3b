# How far is it from one CPU to another? CPUs both ways; in each cell the time of a
# cache line there and back. limits.tsv: x, y, ns. Also: xtics, ytics, count.
load style
stats data."/limits.tsv" every ::1 using 3 nooutput
set lmargin at screen 0.33
set rmargin at screen 0.68
set tmargin at screen 0.83
set bmargin at screen 0.16
set xrange [-0.5 : count - 0.5]
set yrange [count - 0.5 : -0.5]
unset grid
set border 0
set tics scale 0
set xlabel "CPU" textcolor rgb grey offset 0,0.3
set ylabel "CPU" textcolor rgb grey
# From light to the darkest: the farthest.
shade(ns) = ns / STATS_max
fill(ns) = int(0xEA + (0x00 - 0xEA) * shade(ns)) * 65536 + int(0xF2 + (0x72 - 0xF2) * shade(ns)) * 256 + int(0xF8 + (0xB2 - 0xF8) * shade(ns))
say(ns) = ns < 1000 ? sprintf("%.0f ns", ns) : sprintf("%.1f us", ns / 1000)
size_of = count <= 8 ? ",13" : count <= 24 ? ",8" : ",1"
plot data."/limits.tsv" every ::1 using 1:2:(0.485):(0.485):(fill($3)) with boxxyerrorbars fillstyle solid noborder \
         linecolor rgb variable notitle, \
     data."/limits.tsv" every ::1 using 1:2:(count <= 24 ? say($3) : ""):(shade($3) > 0.55 ? 0xFFFFFF : 0x1F2933) with labels \
         center font size_of textcolor rgb variable
