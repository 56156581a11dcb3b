# What does a deep queue cost? Three panels over the depth.
# depth.tsv: pool, depth, submit ns (median, low, high), drain ns (the same), bytes
# per job (the same), shallow submit ns; depth-submit-labels.tsv, depth-drain-labels.tsv,
# depth-bytes-labels.tsv: pool, depth, value, text.
# Also: x_low, x_high, lows[3], highs[3], logs[3].
load style
array names[3] = ["a submit into the full queue", "draining it, per job", "memory per place in the queue"]
array files[3] = ["depth-submit", "depth-drain", "depth-bytes"]
in_ns(ns) = ns < 1e3 ? sprintf("%g ns", ns) : ns < 1e6 ? sprintf("%g us", ns / 1e3) : sprintf("%g ms", ns / 1e6)
in_bytes(b) = b < 1024 ? sprintf("%g B", b) : b < 1048576 ? sprintf("%g KiB", b / 1024) : sprintf("%g MiB", b / 1048576)
say(p, v) = p == 3 ? in_bytes(v) : in_ns(v)
set multiplot
set logscale x
set xrange [x_low / 1.3 : x_end]
set xtics 10
set format x "%.0s%c"
do for [p = 1:3] {
    left = 0.075 + (p - 1) * 0.315
    set lmargin at screen left
    set rmargin at screen left + 0.178
    set tmargin at screen down(head + 44)
    set bmargin at screen up(115)
    if (p > 1) { unset label 1; unset label 2; unset label 3 }
    set label 4 names[p] at graph 0,1.06 left textcolor rgb ink font ",13"
    set xlabel "jobs in the queue" textcolor rgb grey offset 0,-0.3
    unset logscale y
    set yrange [lows[p] : highs[p]]
    set ytics (say(p, 0) 0)
    if (logs[p]) {
        set logscale y
        do for [e = 0:9] { do for [m in (highs[p] > 1000 * lows[p] ? "1" : "1 3")] { v = (p == 3 ? (m eq "1" ? 1 : 4) * 16.0 ** e : m * 10.0 ** e)
            set ytics add (say(p, v) v) } }
    } else {
        step = 10 ** floor(log10(highs[p] / 2))
        step = highs[p] / step > 6 ? 2 * step : step
        do for [i = 1:8] { set ytics add (say(p, i * step) i * step) }
    }
    c = 3 * p
    plot for [q in pools] data."/depth.tsv" every ::1 using (strcol(1) eq q ? $2 : NaN):(column(c)) \
             with lines linewidth 2.4 dashtype dashes(q) linecolor rgb colour(q), \
         for [q in pools] data."/depth.tsv" every ::1 using (strcol(1) eq q ? $2 : NaN):(column(c)):(column(c + 1)):(column(c + 2)) \
             with yerrorbars pointtype marker(q) pointsize 0.8 linewidth 1.6 linecolor rgb colour(q), \
         for [q in pools] data."/depth.tsv" every ::1 using (strcol(1) eq q && p == 1 ? $2 : NaN):12 \
             with lines linewidth 1.4 dashtype 3 linecolor rgb colour(q), \
         for [q in pools] data."/".files[p]."-labels.tsv" every ::1 \
             using (strcol(1) eq q && $7 > 0 ? $5 : NaN):6:($2-$5):($3-$6) with vectors nohead linewidth 0.9 linecolor rgb colour(q), \
         for [q in pools] data."/".files[p]."-labels.tsv" every ::1 \
             using (strcol(1) eq q ? $2 : NaN):3:4 with labels left offset 0.4,0 font ",12" textcolor rgb colour(q) noenhanced
}
unset multiplot
