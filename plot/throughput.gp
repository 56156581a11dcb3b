# Which pool gets the most jobs done? One panel for each workload, one row for
# each pool; filled marks for the most workers, hollow ones for the fewest.
# throughput.tsv: panel, row, pool, workers, which (0 fewest, 1 most), jobs/s
# median, low, high, text of the median, workload. Also: panels (array of names), panel_count,
# panel_rows, rows; lows, highs, few and many (range and workers of each panel, by space).
load style
set multiplot
set yrange [0.4:rows+0.6]
set logscale x
unset ytics
unset mxtics
unset border
set border 1
columns = (panel_count + panel_rows - 1) / panel_rows
left = left_edge(name_length)
width = (0.99 - left) / columns
deep = (height - head - 75.0) / panel_rows
do for [n = 1:panel_count] {
    place = (n - 1) % columns
    above = (n - 1) / columns
    edge = left + place * width
    top = down(head + 40 + above * deep)
    bottom = down(head + (above + 1) * deep - 38)
    set lmargin at screen edge
    set rmargin at screen edge + width - 0.02
    set tmargin at screen top
    set bmargin at screen bottom
    do for [r = 1:rows] {
        if (place == 0) {
            set label 100+r word(pools, r) at screen left - 0.01,(bottom + (top - bottom) * (rows + 1 - r - 0.4) / (rows + 0.2)) right \
                textcolor rgb colour(word(pools, r)) font ",14" noenhanced
        } else { unset label 100+r }
    }
    if (n > 1) { unset label 1; unset label 2; unset label 3 }
    low = real(word(lows, n)); high = real(word(highs, n))
    decades = log10(high / low) < 1 ? 1.0 : log10(high / low)
    # Room at the right for the numbers of the fastest; at the left as much as two tics take, where all are alike.
    before = high / low < 2 ? 0.4 : 0.06
    set xrange [low / 10 ** (before * decades) : high * 10 ** (0.42 * decades)]
    set format x "%.0s%c"
    # As many tics as there is room for: "200k" takes 40 points.
    decade = (width - 0.02) * 1200 / (log10(high / low) + (before + 0.42) * decades)
    set xtics 0.001, decade < 22 ? 1000 : decade < 44 ? 100 : 10 font ",10"
    between = 0.3 * decade > 40 ? "2 5" : 0.47 * decade > 40 ? "3" : ""
    do for [e = 0:9] { do for [m in between] { set xtics add (m * 10.0 ** e) } }
    # A letter of 12 points takes 9 of 1200, and there is a gap to the next panel.
    room = width * 1200 / 9.5
    set label 4 panels[n] at graph 0,1.0 left offset 0,1.35 textcolor rgb ink noenhanced \
        font sprintf(",%d", strlen(panels[n]) > room ? 12 * room / strlen(panels[n]) : 12)
    set label 5 word(few, n) eq word(many, n) ? sprintf("%s worker%s", word(many, n), word(many, n) eq "1" ? "" : "s") : \
        sprintf("%s and %s workers", word(few, n), word(many, n)) at graph 0,1.0 left offset 0,0.35 textcolor rgb grey font ",10"
    is(p, which) = int($1) == n && strcol(3) eq p && int($5) == which
    plot for [p in pools] data."/throughput.tsv" every ::1 \
             using (int($1) == n && strcol(3) eq p && int($5) == 0 ? $6 : NaN):(rows + 1 - $2 - 0.2):7:8 \
             with xerrorbars pointtype hollow(p) pointsize small * 1.0 linewidth 1.4 linecolor rgb colour(p), \
         for [p in pools] data."/throughput.tsv" every ::1 \
             using (int($1) == n && strcol(3) eq p && int($5) == 1 ? $6 : NaN):(rows + 1 - $2 + 0.16):7:8 \
             with xerrorbars pointtype marker(p) pointsize small * 1.1 linewidth 1.6 linecolor rgb colour(p), \
         data."/throughput.tsv" every ::1 using (int($1) == n ? $8 : NaN):(rows + 1 - $2 + (int($5) ? 0.16 : -0.2)):9 \
             with labels left offset 0.7,0 font ",10" textcolor rgb ink
}
unset multiplot
