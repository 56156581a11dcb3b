# How much buffer does a slow consumer need? The share of time that workers are
# blocked, over places for results and the ratio of speeds.
# buffer.tsv: ratio index, places index, ratio by the parameters, places, blocked share
# (0..1), ratio measured.
# Also: xtics and ytics, x_count, y_count.
# Greys leap at one half: black below and white above have 4.5:1 on them, on dark paper too.
load style
set lmargin at screen 0.10
set rmargin at screen 0.86
set tmargin at screen 0.80
set bmargin at screen 0.185
set xrange [-0.5 : x_count - 0.5]
set yrange [-0.5 : y_count - 0.5]
unset grid
set border 0
set tics scale 0
set xlabel "workers produce so many times what the consumer takes (measured: time at work of the consumer over the workers')" textcolor rgb grey offset 0,-0.3
set ylabel "places for results" textcolor rgb grey
set palette defined (0 "#F4F6F8", 0.5 "#9AA5B1", 0.5 "#5B6875", 1 "#1F2933")
set cbrange [0:1]
set cbtics ("0" 0, "50%%" 0.5, "100%%" 1) textcolor rgb grey
set colorbox vertical user origin 0.90,0.185 size 0.015,0.615
set label 6 "workers blocked" at screen 0.885,0.83 left textcolor rgb grey font ",11"
plot data."/buffer.tsv" every ::1 using 1:2:(0.485):(0.46):5 with boxxyerrorbars fillstyle solid noborder palette notitle, \
     data."/buffer.tsv" every ::1 using 1:2:(sprintf("%.0f%%", 100 * $5)):($5 > 0.5 ? 0xFFFFFF : 0x000000) \
         with labels center font ",16" textcolor rgb variable
