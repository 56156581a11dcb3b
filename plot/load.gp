# How much load before the tail grows? Latency over the offered load.
# NAME.tsv: pool, offered per s, p50 ns, latency ns (p99, or what was promised), its
# interval; NAME-labels.tsv: pool, offered, latency ns, text. Also: value_low, value_high,
# x_low, x_high; with a promise: promise (s), promise_text.
load style
set lmargin at screen 0.085
set rmargin at screen right_edge
set tmargin at screen down(head)
set bmargin at screen up(115)
set logscale xy
set xrange [x_low * 0.9 : x_end]
set yrange [value_low / 1.4 : value_high * 1.4]
say(v) = v < 1e3 ? sprintf("%g/s", v) : v < 1e6 ? sprintf("%gk/s", v / 1e3) : sprintf("%gM/s", v / 1e6)
set xtics (say(1) 1)
do for [e = 0 : 8] { do for [m in digits_of(x_low * 0.9, x_end)] { set xtics add (say(m * 10 ** e) m * 10 ** e) } }
set ytics (ns(1) 1e-9)
do for [e = 0 : 11] { do for [m in digits_of(value_low / 1.4, value_high * 1.4)] { set ytics add (ns(m * 10 ** e) m * 10 ** (e - 9)) } }
set xlabel "jobs offered per second" textcolor rgb grey offset 0,-0.3
set ylabel "planned submit to end" textcolor rgb grey
if (exists("promise")) {
    set arrow 2 from graph 0, first promise to graph 1, first promise nohead dashtype 3 linecolor rgb ink linewidth 1.4
    set label 4 promise_text at graph 0.012, first promise offset 0,0.6 left front font ",13" textcolor rgb ink noenhanced
}
plot for [p in pools] data."/".name.".tsv" every ::1 using (strcol(1) eq p ? $2 : NaN):($3*1e-9) \
         with linespoints linewidth 1.6 dashtype 3 pointtype hollow(p) pointsize 0.9 linecolor rgb colour(p), \
     for [p in pools] data."/".name.".tsv" every ::1 using (strcol(1) eq p ? $2 : NaN):($4*1e-9) \
         with lines linewidth 2.4 dashtype dashes(p) linecolor rgb colour(p), \
     for [p in pools] data."/".name.".tsv" every ::1 using (strcol(1) eq p ? $2 : NaN):($4*1e-9):($5*1e-9):($6*1e-9) \
         with yerrorbars pointtype marker(p) pointsize 1 linewidth 1.6 linecolor rgb colour(p), \
     for [p in pools] data."/".name."-labels.tsv" every ::1 @leaders_ns, \
     for [p in pools] data."/".name."-labels.tsv" every ::1 @names_ns
