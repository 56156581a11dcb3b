# How long does a job take, from submit to end? The percentile spectrum.
# NAME.tsv: pool, 1/(1-p), latency ns ; NAME-labels.tsv: pool, 1/(1-p), latency ns, text
load style
set lmargin at screen 0.085
set rmargin at screen right_edge
set tmargin at screen down(head)
set bmargin at screen up(115)
set logscale x
set xrange [1:x_end]
set xtics ("least" 1, "50%%" 2, "90%%" 10, "99%%" 100, "99.9%%" 1000, "99.99%%" 10000)
set logscale y
set yrange [value_low / 1.4 : value_high * 1.4]
set ytics (ns(1) 1e-9)
do for [e = 0 : 11] { do for [m in digits_of(value_low / 1.4, value_high * 1.4)] { set ytics add (ns(m * 10 ** e) m * 10 ** (e - 9)) } }
set xlabel "percentile" textcolor rgb grey offset 0,-0.3
set ylabel "submit to end" textcolor rgb grey
plot for [p in pools] data."/".name.".tsv" every ::1 using (strcol(1) eq p ? $2 : NaN):($3*1e-9) \
         with lines linewidth 2.4 dashtype dashes(p) linecolor rgb colour(p), \
     for [p in pools] data."/".name.".tsv" every ::1 using (strcol(1) eq p && int($4) == 1 ? $2 : NaN):($3*1e-9) \
         with points pointtype marker(p) pointsize 1.1 linecolor rgb colour(p), \
     for [p in pools] data."/".name."-labels.tsv" every ::1 @leaders_ns, \
     for [p in pools] data."/".name."-labels.tsv" every ::1 @names_ns
