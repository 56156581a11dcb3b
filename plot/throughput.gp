# Which pool gets the most jobs done? One panel for each workload, one row for
# each pool; filled marks for the most workers, hollow ones for the fewest.
# throughput.tsv: panel, row, pool, workers, which (0 fewest, 1 most), jobs/s
# median, low, high. Also: panels (array of names), panel_count, rows, lows and
# highs (the range of each panel, by space).
load style
set multiplot
set yrange [0.4:rows+0.6]
unset ytics
unset mxtics
width = (0.97 - 0.11) / panel_count
do for [n = 1:panel_count] {
    left_edge = 0.11 + (n - 1) * width
    set lmargin at screen left_edge
    set rmargin at screen left_edge + width - 0.025
    set tmargin at screen 0.79
    set bmargin at screen 0.17
    if (n == 1) {
        do for [r = 1:rows] {
            set label 100+r word(pools, r) at screen 0.1,(0.17 + 0.62 * (rows + 1 - r - 0.4) / (rows + 0.2)) right \
                textcolor rgb colour(word(pools, r)) font ",14" noenhanced
        }
    } else {
        do for [r = 1:rows] { unset label 100+r }
        unset label 1; unset label 2; unset label 3
    }
    low = real(word(lows, n)); high = real(word(highs, n))
    if (high / low > 20) {
        set logscale x
        set xrange [low / 1.6 : high * 1.6]
        set xtics 0.001, high / low > 2000 ? 100 : 10
    } else {
        unset logscale x
        set xrange [0 : high * 1.15]
        third = high * 1.15 / 3
        base = 10 ** floor(log10(third))
        set xtics base * (third < 1.5 * base ? 1 : third < 3 * base ? 2 : third < 5 * base ? 5 : 10)
    }
    set format x "%.0s%c"
    set label 4 panels[n] at graph 0,1.05 left textcolor rgb ink font ",12" noenhanced
    set label 5 n == 1 ? "jobs per second" : "" at graph 0,-0.135 left textcolor rgb grey font ",11"
    plot for [p in pools] data."/throughput.tsv" every ::1 \
             using (int($1) == n && strcol(3) eq p && int($5) == 0 ? $6 : NaN):(rows + 1 - $2 - 0.16):7:8 \
             with xerrorbars pointtype hollow(p) pointsize 1.1 linewidth 1.6 linecolor rgb colour(p), \
         for [p in pools] data."/throughput.tsv" every ::1 \
             using (int($1) == n && strcol(3) eq p && int($5) == 1 ? $6 : NaN):(rows + 1 - $2 + 0.16):7:8 \
             with xerrorbars pointtype marker(p) pointsize 1.2 linewidth 1.8 linecolor rgb colour(p)
}
unset multiplot
