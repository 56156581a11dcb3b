# How short may a job be before the pool eats half the machine?
# efficiency.tsv: pool, size ns, efficiency median, low, high (0..1)
# efficiency-labels.tsv: pool, size ns, efficiency, text (names, at line ends)
# efficiency-metg.tsv: pool, size ns, text, row (where a line crosses 50%)
load style
set lmargin at screen 0.085
set rmargin at screen 0.86
set tmargin at screen 0.83
set bmargin at screen 0.17
set logscale x
set xrange [size_low / 1.15 : size_high * 1.15]
set yrange [0 : top * 1.04]
set format x "%.0s %cs"
set xtics 1e-12, 10
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
         using (strcol(1) eq p ? $2*1e-9 : NaN):(0.03 + 0.055 * $4):3 with labels left offset 0.4,0 font ",11" textcolor rgb colour(p) noenhanced, \
     for [p in pools] data."/efficiency-labels.tsv" every ::1 \
         using (strcol(1) eq p ? $2*1e-9 : NaN):3:4 with labels left offset 1.2,0 font ",14" textcolor rgb colour(p) noenhanced
