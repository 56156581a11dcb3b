# How did one benchmark go over the runs of the history?
# NAME.tsv: n, run, date, revision, value, low, high, noisy, level.
# Also: x_low, x_high, y_low, y_high, y_format, y_axis, marks (arrows and labels from 100 on).
load style
set lmargin at screen 0.125
set rmargin at screen 0.965
set tmargin at screen down(head)
set bmargin at screen up(95)
set xrange [x_low - 0.8 : x_high + (marks ? 0.8 + 0.06 * (x_high - x_low) : 0.8)]
set yrange [y_low : y_high]
set format y y_format
set ylabel y_axis textcolor rgb grey
file = data."/".name.".tsv"
plot file every ::1 using 1:9 with lines linewidth 5 linecolor rgb "#B9D6E8", \
     file every ::1 using 1:5:6:7 with yerrorbars pointtype 7 pointsize 0 linewidth 1.2 linecolor rgb "#0072B2", \
     file every ::1 using 1:($8 == 0 ? $5 : NaN) with points pointtype 7 pointsize 0.9 linecolor rgb "#0072B2", \
     file every ::1 using 1:($8 > 0 ? $5 : NaN) with points pointtype 7 pointsize 0.9 linecolor rgb "#FFFFFF", \
     file every ::1 using 1:($8 > 0 ? $5 : NaN) with points pointtype 6 pointsize 0.9 linewidth 1.4 linecolor rgb "#0072B2"
