# What does a fork cost, and what do more workers make of it?
# NAME.tsv: pool, workers, ns per fork median, low, high; NAME-labels.tsv: pool, workers, ns, text.
# Also: y_low (0: a linear axis), y_high, workers_low, workers_high, cpus, twin (ns; on one CPU).
load style
set lmargin at screen 0.095
set rmargin at screen right_edge
set tmargin at screen down(head)
set bmargin at screen up(115)
wide = workers_high > workers_low
set xrange [workers_low - (wide ? 0.06 * (workers_high - workers_low) : 1) : x_end]
set xtics workers_high > 16 ? (workers_high > 64 ? 16 : 4) : 1
set yrange [y_low : y_high]
say(ns) = ns < 1 ? sprintf("%g ps", ns * 1e3) : ns < 1e3 ? sprintf("%g ns", ns) : ns < 1e6 ? sprintf("%g us", ns / 1e3) : sprintf("%g ms", ns / 1e6)
if (y_low > 0) {
    set logscale y
    set ytics (say(1) 1)
    do for [e = -1 : 7] { do for [m in "1 2 5"] { set ytics add (say(m * 10 ** e) m * 10 ** e) } }
} else {
    scale = 10 ** floor(log10(y_high / 5.0))
    step = scale * (y_high / scale <= 6 ? 1 : y_high / scale <= 12 ? 2 : y_high / scale <= 30 ? 5 : 10)
    set ytics ("0" 0)
    do for [i = 1 : int(y_high / step)] { set ytics add (say(i * step) i * step) }
}
set xlabel "workers" textcolor rgb grey offset 0,-0.3
set ylabel "per fork" textcolor rgb grey
set samples 400
inside(w) = !wide || (w >= workers_low && w <= workers_high)
ideal(w) = inside(w) ? twin / (w < cpus ? w : cpus) : NaN
set label 6 "without forks" at workers_high, ideal(workers_high) right offset -1,-0.8 textcolor rgb grey font ",11"
if (workers_low <= cpus && cpus < workers_high) {
    set arrow 3 from cpus, graph 0 to cpus, graph 1 nohead dashtype 3 linecolor rgb grey linewidth 1.2
    set label 7 sprintf("%d CPUs", cpus) at cpus, graph 0.97 left offset 0.6,0 textcolor rgb grey font ",11"
}
plot ideal(x) with lines dashtype 3 linecolor rgb grey linewidth 1.2, \
     for [p in pools] data."/".name.".tsv" every ::1 using (strcol(1) eq p ? $2 : NaN):3 \
         with lines linewidth 2.4 dashtype dashes(p) linecolor rgb colour(p), \
     for [p in pools] data."/".name.".tsv" every ::1 using (strcol(1) eq p ? $2 : NaN):3:4:5 \
         with yerrorbars pointtype marker(p) pointsize 1 linewidth 1.6 linecolor rgb colour(p), \
     for [p in pools] data."/".name."-labels.tsv" every ::1 @leaders, \
     for [p in pools] data."/".name."-labels.tsv" every ::1 @names
