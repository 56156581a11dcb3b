# How does the cost of a job grow with producers, or with the capacity?
# NAME.tsv: pool, x, ns per job median, low, high; NAME-labels.tsv: pool, x, ns, text.
# Also: x_low, x_high, y_low, y_high, ideal, axis.
load style
set lmargin at screen 0.095
set rmargin at screen right_edge
set tmargin at screen down(head)
set bmargin at screen up(115)
set logscale y
set yrange [y_low : y_high]
if (x_high > 20 * x_low) { set logscale x 2 }
set xrange [x_low * (x_high > 20 * x_low ? 0.9 : 1) - (x_high > 20 * x_low ? 0 : 0.1) : x_end]
if (x_high <= 20 * x_low) { set xtics 1 }
if (x_high > 1024) { set format x "%.0s%c" }
say(ns) = ns < 1e3 ? sprintf("%g ns", ns) : ns < 1e6 ? sprintf("%g us", ns / 1e3) : ns < 1e9 ? sprintf("%g ms", ns / 1e6) : sprintf("%g s", ns / 1e9)
set ytics (say(1) 1)
do for [e = -1 : 9] { do for [m in digits_of(y_low, y_high)] { set ytics add (say(m * 10.0 ** e) m * 10.0 ** e) } }
set xlabel axis textcolor rgb grey offset 0,-0.3
set ylabel "wall time per job" textcolor rgb grey
set arrow 2 from x_low, ideal to x_high, ideal nohead dashtype 3 linecolor rgb grey linewidth 1.2
plot for [p in pools] data."/".name.".tsv" every ::1 using (strcol(1) eq p ? $2 : NaN):3 \
         with lines linewidth 2.4 dashtype dashes(p) linecolor rgb colour(p), \
     for [p in pools] data."/".name.".tsv" every ::1 using (strcol(1) eq p ? $2 : NaN):3:4:5 \
         with yerrorbars pointtype marker(p) pointsize 1 linewidth 1.6 linecolor rgb colour(p), \
     for [p in pools] data."/".name."-labels.tsv" every ::1 @leaders, \
     for [p in pools] data."/".name."-labels.tsv" every ::1 @names
