# How short may a job be before the pool eats half the machine?
# efficiency.tsv: pool, size ns, efficiency median, low, high (0..1)
# efficiency-labels.tsv: pool, size ns, efficiency, text (names), the line's end, moved
# efficiency-metg.tsv: pool, size ns, text, row (where a line crosses 50%)
load style
set lmargin at screen 0.085
set rmargin at screen right_edge
set tmargin at screen down(head)
set bmargin at screen up(115)
set logscale x
set xrange [size_low / 1.15 : x_end * 1e-9]
set yrange [0 : top * 1.04]
set xtics (ns(1) 1e-9)
do for [e = 0 : 11] { do for [m in digits_of(size_low / 1.15, x_end * 1e-9)] { set xtics add (ns(m * 10 ** e) m * 10 ** (e - 9)) } }
set ytics 0.25
set format y "%.2f"
set ytics ("0" 0, "25" 0.25, "50%%" 0.5, "75" 0.75, "100%%" 1)
set xlabel "length of a job" textcolor rgb grey offset 0,-0.3
set ylabel "efficiency" textcolor rgb grey
set arrow 1 from graph 0, first 0.5 to graph 1, first 0.5 nohead dashtype 3 linecolor rgb grey linewidth 1.2
set label 6 "half of the machine (METG)" at graph 0.5, first 0.5 center offset 0,0.6 textcolor rgb grey font ",11"
plot for [p in pools] data."/efficiency.tsv" every ::1 using ($2*1e-9):(strcol(1) eq p ? $3 : NaN) \
         with lines linewidth 2.4 dashtype dashes(p) linecolor rgb colour(p), \
     for [p in pools] data."/efficiency.tsv" every ::1 using ($2*1e-9):(strcol(1) eq p ? $3 : NaN):4:5 \
         with yerrorbars pointtype marker(p) pointsize 0.9 linewidth 1.6 linecolor rgb colour(p), \
     for [p in pools] data."/efficiency-metg.tsv" every ::1 \
         using (strcol(1) eq p ? $2*1e-9 : NaN):(0.5):(0):(-0.5) with vectors nohead dashtype 3 linewidth 1 linecolor rgb colour(p), \
     for [p in pools] data."/efficiency-metg.tsv" every ::1 \
         using (strcol(1) eq p ? $2*1e-9 : NaN):(0.03 + 0.055 * $4):3 with labels boxed left offset 0.4,0 font ",11" textcolor rgb colour(p) noenhanced, \
     for [p in pools] data."/efficiency-labels.tsv" every ::1 \
         using (strcol(1) eq p && $7 > 0 ? $5*1e-9 : NaN):6:(($2-$5)*1e-9):($3-$6) with vectors nohead linewidth 0.9 linecolor rgb colour(p), \
     for [p in pools] data."/efficiency-labels.tsv" every ::1 \
         using (strcol(1) eq p ? $2*1e-9 : NaN):3:4 with labels left offset 0.4,0 font ",14" textcolor rgb colour(p) noenhanced
