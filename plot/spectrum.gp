# How long does a job take that comes when it comes? The percentile spectrum from the
# planned submit, and dotted the naive one from the actual submit.
# NAME.tsv: pool, kind, 1/(1-p), latency ns, marked; NAME-labels.tsv: pool, 1/(1-p),
# latency ns, text; NAME-promises.tsv: 1/(1-p) of the promise (NaN: it has none) and of
# its name, limit ns, where the name is, text. Also: value_low, value_high, promises (how many).
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
set ylabel axis textcolor rgb grey
promise_file = data."/".name."-promises.tsv"
is(p, kind) = strcol(1) eq p && strcol(2) eq kind
plot for [p in pools] data."/".name.".tsv" every ::1 using (is(p, "naive") ? $3 : NaN):($4*1e-9) \
         with lines linewidth 1.6 dashtype 3 linecolor rgb colour(p), \
     for [p in pools] data."/".name.".tsv" every ::1 using (is(p, "planned") ? $3 : NaN):($4*1e-9) \
         with lines linewidth 2.4 dashtype dashes(p) linecolor rgb colour(p), \
     for [p in pools] data."/".name.".tsv" every ::1 using (is(p, "planned") && int($5) == 1 ? $3 : NaN):($4*1e-9) \
         with points pointtype marker(p) pointsize 1.1 linecolor rgb colour(p), \
     for [p in pools] data."/".name."-labels.tsv" every ::1 @leaders_ns, \
     for [p in pools] data."/".name."-labels.tsv" every ::1 @names_ns, \
     for [i = 1 : promises ? 1 : 0] promise_file every ::1 using (1):($3*1e-9):(9999):(0) \
         with vectors nohead dashtype 3 linewidth 1.4 linecolor rgb ink, \
     for [i = 1 : promises ? 1 : 0] promise_file every ::1 using 1:($3*1e-9) \
         with points pointtype 2 pointsize 1.4 linewidth 2 linecolor rgb ink, \
     for [i = 1 : promises ? 1 : 0] promise_file every ::1 using (strcol(4) eq "above" ? $2 : NaN):($3*1e-9):5 \
         with labels right offset -1,0.7 font ",13" textcolor rgb ink noenhanced, \
     for [i = 1 : promises ? 1 : 0] promise_file every ::1 using (strcol(4) eq "left" ? $2 : NaN):($3*1e-9):5 \
         with labels left offset 1,0.7 font ",13" textcolor rgb ink noenhanced, \
     for [i = 1 : promises ? 1 : 0] promise_file every ::1 using (strcol(4) eq "right" ? $2 : NaN):($3*1e-9):5 \
         with labels left offset 1,-0.8 font ",13" textcolor rgb ink noenhanced, \
     for [i = 1 : promises ? 1 : 0] promise_file every ::1 using (strcol(4) eq "below" ? $2 : NaN):($3*1e-9):5 \
         with labels right offset -1,-0.8 font ",13" textcolor rgb ink noenhanced
