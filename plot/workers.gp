# Do more workers get more jobs done?
# NAME.tsv: pool, workers, jobs/s median, low, high ;
# NAME-labels.tsv: pool, workers, jobs/s, text, the line's end, moved. Also: value_high,
# workers_low, workers_high, x_end, cpus; ideal: jobs/s of one worker that never waits for the
# pool (0: not known); ideal_most: what the CPUs can do (0: not known).
load style
set lmargin at screen 0.085
set rmargin at screen right_edge
set tmargin at screen down(head)
set bmargin at screen up(115)
if (workers_low == workers_high) {
    set xrange [workers_low - 0.9 : x_end]
} else {
    set xrange [workers_low - 0.06 * (workers_high - workers_low) : x_end]
}
set xtics workers_high > 16 ? (workers_high > 64 ? 16 : 4) : 1
if (workers_high > 16) { set xtics add (1) }
set yrange [0 : value_high * 1.08]
# Round steps, at most six, and each tick as a person would say it.
scale = 10 ** floor(log10(value_high / 5.0))
step = scale * (value_high / scale <= 6 ? 1 : value_high / scale <= 12 ? 2 : value_high / scale <= 30 ? 5 : 10)
say(v) = v >= 1e6 ? sprintf("%gM", v / 1e6) : v >= 1e3 ? sprintf("%gk", v / 1e3) : sprintf("%g", v)
set ytics (say(0) 0)
do for [i = 1 : int(value_high * 1.08 / step)] { set ytics add (say(i * step) i * step) }
set xlabel "workers" textcolor rgb grey offset 0,-0.3
set ylabel "jobs per second" textcolor rgb grey
if (ideal > 0) {
    # Up to the bend it rises, which may lie before the fewest workers here.
    at(w) = ideal_most > 0 && ideal * w > ideal_most ? ideal_most : ideal * w
    bend = ideal_most > 0 && ideal * workers_high > ideal_most ? ideal_most / ideal : workers_high
    bend = bend < workers_low ? workers_low : bend
    set arrow 2 from workers_low, at(workers_low) to bend, at(bend) nohead dashtype 3 linecolor rgb grey linewidth 1.2
    set arrow 4 from bend, at(bend) to workers_high, at(bend) nohead dashtype 3 linecolor rgb grey linewidth 1.2
}
if (workers_low <= cpus && cpus < workers_high) {
    set arrow 3 from cpus, graph 0 to cpus, graph 1 nohead dashtype 3 linecolor rgb grey linewidth 1.2
    set label 7 sprintf("%g CPUs", cpus) at cpus, graph 0.97 left offset 0.6,0 textcolor rgb grey font ",11"
}
plot for [p in pools] data."/".name.".tsv" every ::1 using (strcol(1) eq p ? $2 : NaN):3 \
         with lines linewidth 2.4 dashtype dashes(p) linecolor rgb colour(p), \
     for [p in pools] data."/".name.".tsv" every ::1 using (strcol(1) eq p ? $2 : NaN):3:4:5 \
         with yerrorbars pointtype marker(p) pointsize 1 linewidth 1.6 linecolor rgb colour(p), \
     data."/".name."-labels.tsv" every ::1 using (strcol(1) eq "ideal" ? $5 : NaN):6:($2-$5):($3-$6) \
         with vectors nohead dashtype 3 linewidth 1.2 linecolor rgb grey, \
     data."/".name."-labels.tsv" every ::1 \
         using (strcol(1) eq "ideal" ? $2 : NaN):3:4 with labels left offset 0.4,0 font ",12" textcolor rgb grey noenhanced, \
     for [p in pools] data."/".name."-labels.tsv" every ::1 @leaders, \
     for [p in pools] data."/".name."-labels.tsv" every ::1 @names
