# How soon does the work stop after a cancel? One panel for each kind of job, one
# line for each pool.
# cancel.tsv: panel, pool, ms since the call, share of the running jobs that have
# ended, workload. Also: panels (names), panel_count, least, most (ms), shown (pools).
load style
left = 0.06; right = 0.875
width = (right - left) / panel_count
low = 10 ** floor(log10(least)); high = 10 ** ceil(log10(most))
set multiplot
set logscale x
set xrange [low : high]
set yrange [0 : 1.02]
set ytics ("0" 0, "25" 0.25, "50" 0.5, "75" 0.75, "100%%" 1)
if (panel_count > 1 && high / low > 1e3) {
    set xtics ("1 us" 1e-3, "100 us" 0.1, "10 ms" 10, "1 s" 1000)
} else {
    set xtics ("0.1 us" 1e-4, "1 us" 1e-3, "10 us" 1e-2, "100 us" 0.1, "1 ms" 1, "10 ms" 10, "100 ms" 100, "1 s" 1000, "10 s" 1e4)
}
set mxtics 1
do for [n = 1:panel_count] {
    set lmargin at screen left + (n - 1) * width
    set rmargin at screen left + n * width - 0.02
    set tmargin at screen 0.78
    set bmargin at screen 0.17
    set label 4 panels[n] at graph 0,1.05 left textcolor rgb ink font ",12" noenhanced
    if (n > 1) {
        set format y ""
        set ytics ("" 0, "" 0.25, "" 0.5, "" 0.75, "" 1)
        unset label 1; unset label 2; unset label 3
    } else {
        do for [p = 1:words(shown)] {
            set label 100+p word(shown, p) at screen 0.89,(0.74 - 0.055 * p) left offset 1.2,0 \
                point pointtype marker(word(shown, p)) pointsize 1.2 linecolor rgb colour(word(shown, p)) \
                textcolor rgb colour(word(shown, p)) font ",14" noenhanced
        }
    }
    if (n == 2) { do for [p = 1:words(shown)] { unset label 100+p } }
    plot for [p in shown] data."/cancel.tsv" every ::1 using (int($1) == n && strcol(2) eq p ? $3 : NaN):4 \
             with linespoints linewidth 2.4 dashtype dashes(p) linecolor rgb colour(p) \
             pointtype marker(p) pointsize 0.9 pointnumber 6
}
unset multiplot
